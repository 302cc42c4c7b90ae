#include "ae_fault.h"

#ifdef AE_FAULTS

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define ORDER_SIZE 512

typedef struct order_t {
    char text[ORDER_SIZE]; /* the others point into it */
    long number;
    const char *what; /* is counted: "", the disk, or "m", memory */
    const char *mark;
    const char *whom;
    const char *how;
} order_t;

static const struct {
    const char *word;
    int number;
} failures[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EROFS", EROFS}};

/* A process has one environment, and one count of the moments it asks for. */
static atomic_long passed;

/* Cut the next word off; "" at the end. */
static const char *next_word(char **rest)
{
    char *word = *rest;

    *rest += strcspn(word, ":");
    if (**rest == ':') {
        *(*rest)++ = '\0';
    }
    return word;
}

static int read_order(order_t *order)
{
    const char *text = getenv("ACME_EDGE_FAULT");
    char *rest = order->text, *end;

    if (text == NULL || strlen(text) >= ORDER_SIZE) {
        return 0;
    }
    strcpy(order->text, text);
    order->number = strtol(next_word(&rest), &end, 10);
    order->what = end;
    order->mark = next_word(&rest);
    order->whom = next_word(&rest);
    order->how = next_word(&rest);
    return 1;
}

static int is_meant(const order_t *order)
{
    int leads = getpid() == getpgrp();

    if (strcmp(order->whom, "child") == 0) {
        return !leads;
    }
    return leads || strcmp(order->whom, "all") == 0;
}

static int is_first(const char *mark)
{
    int fd = open(mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static apr_status_t strike(const order_t *order)
{
    size_t i;

    for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        if (strcmp(order->how, failures[i].word) == 0) {
            return failures[i].number;
        }
    }
    kill(strcmp(order->whom, "all") == 0 ? 0 : getpid(), SIGKILL);
    return APR_SUCCESS;
}

static apr_status_t pass(const char *what)
{
    order_t order;

    if (!read_order(&order) || strcmp(order.what, what) != 0 ||
        atomic_fetch_add(&passed, 1) + 1 != order.number ||
        !is_meant(&order) || !is_first(order.mark)) {
        return APR_SUCCESS;
    }
    return strike(&order);
}

apr_status_t ae_fault_point(void)
{
    return pass("");
}

void ae_fault_step(void)
{
    apr_status_t nothing_fails = pass("m");

    (void)nothing_fails;
}

#endif
