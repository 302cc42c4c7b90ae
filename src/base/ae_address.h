#ifndef AE_ADDRESS_H
#define AE_ADDRESS_H

/** IP addresses, as text has them and as certificates do. Pure. */

#include <apr_pools.h>

#define AE_ADDRESS_BYTES_MAX 16

typedef struct ae_address_t {
    unsigned char bytes[AE_ADDRESS_BYTES_MAX]; /* in network order */
    int len;                                   /* 4 or 16 */
} ae_address_t;

/** Read a whole text, without brackets, port or zone.
 * @return whether it is an address */
int ae_address_read(ae_address_t *address, const char *text);

/** Whether a text is an address, as ae_address_read takes it. */
int ae_address_is(const char *text);

/** Whether it has an IPv4 address within an IPv6 one, which certificates and
 * their users write in more than one way. */
int ae_address_is_mixed(const ae_address_t *address);

/** Whether all its bits are zero: an address of nobody. */
int ae_address_is_any(const ae_address_t *address);

/** Its one spelling (RFC 5952 section 4), from `p`. */
const char *ae_address_print(const ae_address_t *address, apr_pool_t *p);

/** A name as it stands in an URL and in the Host header (RFC 3986 section
 * 3.2.2): an IPv6 address in brackets, all else as it is. */
const char *ae_address_host(const char *name, apr_pool_t *p);

#endif
