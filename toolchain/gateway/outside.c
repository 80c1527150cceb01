/* Where the guest's far ends are on the host's side, and which of them it must not reach. */
#include "bytes.h"
#include "frames.h"
#include "text.h"

#define DNS_PORT 53
#define FILE_BYTES_MAX 4096

static struct internet_address name_server;

/* The first line "nameserver ADDRESS" with an address of IPv4. */
void name_server_find(void)
{
	static char file[FILE_BYTES_MAX];
	long fd = call(CALL_OPEN, "/etc/resolv.conf", O_RDONLY | O_CLOEXEC, 0), got;

	got = fd < 0 ? 0 : call(CALL_READ, fd, file, sizeof(file) - 1);
	if (fd >= 0)
		call(CALL_CLOSE, fd);
	file[got < 0 ? 0 : got] = '\0';
	for (const char *line = file; *line;) {
		const char *word = line;
		uint64_t byte, address = 0;
		unsigned bytes = 0;

		while (*line && *line++ != '\n')
			;
		if (!text_starts(word, "nameserver"))
			continue;
		for (word += 10; *word == ' ' || *word == '\t'; word++)
			;
		while (bytes < 3 && text_number(&word, '.', 255, &byte)) {
			address = address << 8 | byte;
			bytes++;
		}
		if (bytes < 3)
			continue;
		for (byte = 0; *word >= '0' && *word <= '9' && byte < 256; word++)
			byte = byte * 10 + (uint64_t)(*word - '0');
		name_server.family = AF_INET;
		name_server.port = __builtin_bswap16(DNS_PORT);
		write32(name_server.address, (uint32_t)(address << 8 | (byte & 255)));
		return;
	}
}

bool far_end_address(const struct far_end *end, struct internet_address *address)
{
	const uint32_t first = end->address >> 24;

	if (end->address == DNS_ADDRESS && end->port == DNS_PORT) {
		*address = name_server;
		return name_server.family == AF_INET;
	}
	/* This network, the host's loopback, groups and everybody. */
	if (end->address >> 8 == GUEST_ADDRESS >> 8 || first == 0 || first == 127 || first >= 224)
		return false;
	*address = (struct internet_address){.family = AF_INET,
					     .port = __builtin_bswap16(end->port)};
	write32(address->address, end->address);
	return true;
}
