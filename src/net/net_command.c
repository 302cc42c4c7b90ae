#include "net_command.h"

#include "net_program.h"

#define LOOK_AGAIN_MS 50

apr_status_t net_command_run(apr_array_header_t **output,
                             const net_command_t *command, ae_error_t *err,
                             apr_pool_t *p)
{
    net_program_t *program;
    apr_status_t status = net_program_start(&program, command, -1, err, p);

    *output = apr_array_make(p, 0, sizeof(const char *));
    if (status != APR_SUCCESS) {
        return status;
    }
    while (!net_program_is_over(program)) {
        net_program_wait(program, LOOK_AGAIN_MS);
    }
    return net_program_end(output, program, err);
}
