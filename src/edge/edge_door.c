#include "edge_door.h"

edge_door_state_t edge_door_look(edge_visit_t *visit, ae_error_t *err)
{
    const edge_door_t *door = visit->door;

    if (door == NULL) {
        return EDGE_DOOR_OPEN;
    }
    if (!visit->inside) {
        visit->inside = 1;
        visit->mark = door->enter(door->ctx);
    }
    return door->look(door->ctx, visit->mark, err);
}

void edge_door_leave(edge_visit_t *visit)
{
    if (visit->inside) {
        visit->inside = 0;
        visit->door->leave(visit->door->ctx);
    }
}
