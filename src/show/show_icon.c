#include "show_page.h"

/* A ring that is nearly closed, as a lifetime before its renewal. */
void show_icon(const show_out_t *out)
{
    show_out_put(out, "<svg xmlns=\"http://www.w3.org/2000/svg\""
                      " viewBox=\"0 0 32 32\">\n"
                      "<g fill=\"none\" stroke=\"#2c8a54\" stroke-width=\"4\""
                      " stroke-linecap=\"round\" stroke-linejoin=\"round\">\n"
                      "<path d=\"M16 4a12 12 0 1 1-10.4 6\"/>\n"
                      "<path d=\"M11 16l4 4 7-8\"/>\n"
                      "</g>\n"
                      "</svg>\n");
}
