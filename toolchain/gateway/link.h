/*
 * The guest's wire: a stream of frames, each after its length in four bytes. It loses nothing in
 * either direction: who finds no room for a frame keeps what was to be in it until there is some.
 */
#ifndef GATEWAY_LINK_H
#define GATEWAY_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_BYTES_MAX 1514

/* Takes the guest's socket, which does not block. */
void link_start(int fd);
/* Where a frame of FRAME_BYTES_MAX can be written; NULL while the guest has too much to read. */
uint8_t *link_room(void);
/* The frame is as long as this, and on its way. */
void link_add(size_t bytes);
/* At the end of a round: everything goes out at once. */
void link_flush(void);
/* Something can be read or written; ends the process when the guest has ended. */
void link_happened(void);

/* frames.c: takes a frame of the guest, of at least an Ethernet header. */
void frame_arrived(uint8_t *frame, size_t bytes);

#endif
