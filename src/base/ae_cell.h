#ifndef AE_CELL_H
#define AE_CELL_H

/** A value in memory that processes share: one writes, any number read, and
 * nobody waits. A reader has the whole of one value, never parts of two, and a
 * writer that is killed, wherever that is, leaves what was there before. */

#include <apr.h>

/** Lies in memory that somebody else mapped, aligned for apr_uint64_t. Zeroed
 * memory is a cell that nothing was put into. Holds no pointer. */
typedef struct ae_cell_t ae_cell_t;

/** How many bytes one takes for values of at most `capacity` bytes; a multiple
 * of eight. Each function below is to be given the same capacity. */
apr_size_t ae_cell_size(apr_size_t capacity);

/** The writer: replace the value.
 * @param bytes of `value`, at most `capacity` */
void ae_cell_put(ae_cell_t *cell, apr_size_t capacity, const void *value,
                 apr_size_t bytes);

/** Any process and thread: copy the newest value.
 * @param value room for `capacity` bytes; what lies behind those that are told
 * is undefined
 * @param version the number of this value, from 1; NULL: not asked
 * @return its bytes; 0 where nothing was put yet */
apr_size_t ae_cell_get(const ae_cell_t *cell, apr_size_t capacity, void *value,
                       apr_uint64_t *version);

/** Any process and thread: the number of the newest value, 0 where nothing was
 * put yet. One atomic load; what the writer did before it put this value is
 * seen after it. */
apr_uint64_t ae_cell_version(const ae_cell_t *cell);

/** The writer: overwrite what is left of values that were replaced, also by
 * writers that were killed. Who reads one of them meanwhile has the newest. */
void ae_cell_wipe(ae_cell_t *cell, apr_size_t capacity);

#endif
