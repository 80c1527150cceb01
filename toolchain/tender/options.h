/* What a tender is told on its command line, which everybody can read: nothing secret. */
#ifndef TENDER_OPTIONS_H
#define TENDER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/tender-abi.h>

#define FORWARDS_MAX 64

struct option_block {
	const char *name; /* name_length bytes */
	size_t name_length;
	const char *path;
	bool is_read_only;
};

/* An interface in a network: the network's switch asks for it at a socket. */
struct option_switch {
	uint8_t mac[6];
	const char *path;
};

struct options {
	const char *image;
	const char *guest;     /* a name, by which others find this process */
	uint64_t memory_bytes; /* all that the guest can have: image, stacks and memory */
	int config;	       /* descriptor of the guest's configuration; -1: none */
	bool reads_console;    /* stdin is the guest's console, else it has none to read */
	const char *tap;       /* name of a tap interface; NULL: none */
	const char *exit_file; /* where to write how the guest ended; NULL: nowhere */
	const char *control;   /* path of the socket that moves forwards; NULL: none */
	const char *forwards[FORWARDS_MAX];
	unsigned forward_count;
	struct option_block blocks[UK_TENDER_BLOCKS_MAX];
	unsigned block_count;
	struct option_switch switches[UK_TENDER_NETWORKS_MAX - 1];
	unsigned switch_count;
	char **helper; /* command and arguments that serve the guest's network; NULL: none */
};

/* Ends the process with a message if something is wrong. */
void options_read(int count, char **arguments, struct options *options);

#endif
