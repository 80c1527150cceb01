/* An epoll set, between its calls and its waiting. */
#ifndef UK_POLL_EPOLL_H
#define UK_POLL_EPOLL_H

#include <stdint.h>
#include <sys/epoll.h>
#include <uk/file.h>

struct epoll_set;

struct epoll_item {
	struct uk_file_watch watch; /* first: items are found by it */
	struct uk_file *file;
	struct epoll_set *set;
	int descriptor;
	uint32_t events; /* asked for, with EPOLLET and EPOLLONESHOT */
	epoll_data_t data;
	bool ready, disabled; /* disabled: EPOLLONESHOT has fired */
	struct epoll_item *ready_next, *ready_previous;
	struct epoll_item *all_next, *all_previous;
};

struct epoll_set {
	struct uk_file file;
	struct epoll_item **by_descriptor;
	int by_descriptor_length;
	struct epoll_item *all;
	struct epoll_item *ready_first, *ready_last;
};

/* The descriptor's set, or NULL with *error. */
struct epoll_set *epoll_get(int descriptor, int *error);
/* Puts an item on the list of those to look at. */
void epoll_mark_ready(struct epoll_item *item);
void epoll_unmark_ready(struct epoll_item *item);

#endif
