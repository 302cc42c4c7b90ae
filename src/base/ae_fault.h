#ifndef AE_FAULT_H
#define AE_FAULT_H

/** A moment at which a developer build can be made to die, as by a power cut:
 * each change of the disk passes through one. In other builds there is none.
 *
 * ACME_EDGE_FAULT="number:mark:whom" in the environment: at the number-th
 * moment of a process (what its parent passed before the fork counts) it is
 * killed; once for all processes, for whoever is first creates the file
 * `mark`. `whom` is "child": none but a process that leads no group; or "all":
 * the whole process group, if that is this server's own. */

#ifdef AE_FAULTS
void ae_fault_point(void);
#else
static inline void ae_fault_point(void)
{
}
#endif

#endif
