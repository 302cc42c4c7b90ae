/* The suites of what threads and processes share (T_SUITES of main.c). */
SUITE(ae_cell)
SUITE(edge_pairs)
SUITE(edge_slots)
