#ifndef AE_FAULT_H
#define AE_FAULT_H

/** A moment at which a developer build can be made to die, as by a power cut,
 * or to fail, as on a full disk: each change of the disk passes through one.
 * In other builds there is none.
 *
 * ACME_EDGE_FAULT="number:mark:whom:how" in the environment: at the number-th
 * moment of a process (what its parent passed before the fork counts) it
 * happens; once for all processes, for whoever is first creates the file
 * `mark`. `whom` is "child": none but a process that leads no group;
 * "parent": none but one that does; or "all". `how` may be left out, for
 * "kill": the process dies, or by "all" its whole process group, if that is
 * this server's own. "ENOSPC", "EIO" and "EROFS": the change fails so.
 *
 * An "m" behind the number: not changes of the disk are counted, but the steps
 * by which a value gets into shared memory. Nothing can fail there. */

#include "ae_error.h"

#ifdef AE_FAULTS
/** @return APR_SUCCESS, or what the change is to fail with. */
AE_CHECKED apr_status_t ae_fault_point(void);

/** Between two steps in memory. */
void ae_fault_step(void);
#else
AE_CHECKED static inline apr_status_t ae_fault_point(void)
{
    return APR_SUCCESS;
}

static inline void ae_fault_step(void)
{
}
#endif

#endif
