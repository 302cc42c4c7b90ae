#include "ae_fault.h"

#ifdef AE_FAULTS

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define MARK_SIZE 512

typedef struct order_t {
    long number;
    char mark[MARK_SIZE];
    int all;
} order_t;

/* A process has one environment and one count of its moments. */
static atomic_long passed;

static int read_order(order_t *order)
{
    const char *text = getenv("ACME_EDGE_FAULT");
    const char *mark, *whom;
    char *end;

    if (text == NULL) {
        return 0;
    }
    order->number = strtol(text, &end, 10);
    mark = *end == ':' ? end + 1 : "";
    whom = strrchr(mark, ':');
    if (whom == NULL || whom == mark || whom - mark >= MARK_SIZE) {
        return 0;
    }
    memcpy(order->mark, mark, (size_t)(whom - mark));
    order->mark[whom - mark] = '\0';
    order->all = strcmp(whom, ":all") == 0;
    return 1;
}

static int is_first(const char *mark)
{
    int fd = open(mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

void ae_fault_point(void)
{
    order_t order;
    long now = atomic_fetch_add(&passed, 1) + 1;

    if (!read_order(&order) || now != order.number ||
        (!order.all && getpid() == getpgrp()) || !is_first(order.mark)) {
        return;
    }
    kill(order.all ? 0 : getpid(), SIGKILL);
}

#endif
