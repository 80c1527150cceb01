/*
 * Who is in the network: the file "members", which somebody else writes as a whole and the switch
 * reads when it starts and when it is asked to. Lines of words between single spaces:
 *   network 10.7.0.0/24            the first line; the switch itself has its first address
 *   stream ADDRESS MAC PATH        a guest whose frames come from the socket at PATH, each after its
 *                                  length in four bytes (QEMU)
 *   handed ADDRESS MAC PATH        the same, but the socket at PATH hands over a descriptor that
 *                                  carries them (a tender)
 *   name NAME ADDRESS              what a name means
 *   also ADDRESS PATH              the guest at ADDRESS is in another network too, with this file:
 *                                  it may ask here for names of there
 * A path is the rest of its line, relative to the switch's working directory.
 */
#ifndef SWITCH_MEMBERS_H
#define SWITCH_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUESTS_MAX 256
#define NAMES_MAX 512
#define OTHERS_MAX 512
#define NAME_BYTES_MAX 63
#define PATH_BYTES_MAX 107
#define MEMBERS_FILE_BYTES_MAX 131072

/* Addresses are numbers of this machine here: 10.7.0.1 is 0x0a070001. */
struct network {
	uint32_t address, mask;
};

struct identity {
	uint8_t mac[6];
	uint32_t address;
};

struct guest {
	struct identity identity;
	bool is_handed;
	char path[PATH_BYTES_MAX + 1];
};

struct name {
	uint32_t address;
	char text[NAME_BYTES_MAX + 1];
};

struct other_network {
	uint32_t guest;
	char path[PATH_BYTES_MAX + 1];
};

struct members {
	struct network network;
	struct guest guests[GUESTS_MAX];
	struct name names[NAMES_MAX];
	struct other_network others[OTHERS_MAX];
	unsigned guest_count, name_count, other_count;
};

/* The switch's own address. */
uint32_t members_own_address(const struct network *network);

/* Reads the file's text, which ends with NUL and is changed; 0, or the number of the line that
 * cannot be understood. */
unsigned members_parse(char *text, struct members *members);
/* Reads a file; 0, or a negated error number, or the number of a line. */
long members_read(const char *path, struct members *members);

/* Whether the name is there; lower case. */
bool members_find(const struct members *members, const char *name, uint32_t *address);

#endif
