/* Reads the file "members". */
#include "members.h"
#include "kernel.h"
#include "text.h"

uint32_t members_own_address(const struct network *network)
{
	return network->address + 1;
}

/* The word at *text, whose end becomes NUL; moves *text behind it. */
static const char *next_word(char **text)
{
	char *word = *text, *end = word;

	while (*end && *end != ' ')
		end++;
	*text = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool read_address(const char **text, char end, uint32_t *address)
{
	uint64_t number;

	*address = 0;
	for (unsigned i = 0; i < 4; i++) {
		if (!text_number(text, i < 3 ? '.' : end, 255, &number))
			return false;
		*address = *address << 8 | (uint32_t)number;
	}
	return true;
}

static bool take_address(char **text, uint32_t *address)
{
	const char *word = next_word(text);

	return read_address(&word, '\0', address);
}

static bool take_network(char **text, struct network *network)
{
	const char *word = next_word(text);
	uint64_t bits;

	if (!read_address(&word, '/', &network->address) || !text_number(&word, '\0', 30, &bits) ||
	    bits < 8)
		return false;
	network->mask = UINT32_MAX << (32 - bits);
	return !(network->address & ~network->mask);
}

static bool take_mac(char **text, uint8_t mac[6])
{
	const char *word = next_word(text);

	return text_mac(&word, '\0', mac);
}

static bool take_text(const char *from, char *to, size_t bytes_max)
{
	size_t length = text_length(from);

	if (!length || length > bytes_max)
		return false;
	__builtin_memcpy(to, from, length + 1);
	return true;
}

static bool read_guest(char *line, bool is_handed, struct members *members)
{
	struct guest *guest = &members->guests[members->guest_count];

	if (members->guest_count == GUESTS_MAX)
		return false;
	guest->is_handed = is_handed;
	if (!take_address(&line, &guest->identity.address) ||
	    !take_mac(&line, guest->identity.mac) || !take_text(line, guest->path, PATH_BYTES_MAX))
		return false;
	members->guest_count++;
	return true;
}

static bool read_name(char *line, struct members *members)
{
	struct name *name = &members->names[members->name_count];

	if (members->name_count == NAMES_MAX ||
	    !take_text(next_word(&line), name->text, NAME_BYTES_MAX) ||
	    !take_address(&line, &name->address))
		return false;
	members->name_count++;
	return true;
}

static bool read_other(char *line, struct members *members)
{
	struct other_network *other = &members->others[members->other_count];

	if (members->other_count == OTHERS_MAX || !take_address(&line, &other->guest) ||
	    !take_text(line, other->path, PATH_BYTES_MAX))
		return false;
	members->other_count++;
	return true;
}

static bool read_line(char *line, bool is_first, struct members *members)
{
	const char *kind = next_word(&line);

	if (text_equal(kind, "network"))
		return is_first && take_network(&line, &members->network);
	if (is_first)
		return false;
	if (text_equal(kind, "stream") || text_equal(kind, "handed"))
		return read_guest(line, kind[0] == 'h', members);
	if (text_equal(kind, "name"))
		return read_name(line, members);
	return text_equal(kind, "also") && read_other(line, members);
}

unsigned members_parse(char *text, struct members *members)
{
	unsigned number = 1;

	members->guest_count = members->name_count = members->other_count = 0;
	do {
		char *line = text;

		while (*text && *text != '\n')
			text++;
		if (*text)
			*text++ = '\0';
		if (!read_line(line, number == 1, members))
			return number;
		number++;
	} while (*text);
	return 0;
}

long members_read(const char *path, struct members *members)
{
	static char text[MEMBERS_FILE_BYTES_MAX + 1];
	long fd = call(CALL_OPEN, path, O_RDONLY | O_CLOEXEC, 0), got;
	size_t length = 0;

	if (fd < 0)
		return fd;
	do {
		got = call(CALL_READ, fd, text + length, MEMBERS_FILE_BYTES_MAX - length);
		if (got > 0)
			length += (size_t)got;
	} while (got > 0);
	call(CALL_CLOSE, fd);
	if (got < 0)
		return got;
	text[length] = '\0';
	return members_parse(text, members);
}

bool members_find(const struct members *members, const char *name, uint32_t *address)
{
	for (unsigned i = 0; i < members->name_count; i++) {
		if (!text_equal(members->names[i].text, name))
			continue;
		*address = members->names[i].address;
		return true;
	}
	return false;
}
