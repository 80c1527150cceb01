/* Addresses of the guest's configuration. */
#include "address.h"
#include <stddef.h>

const char *uk_lwip_parse_address(const char *text, ip4_addr_t *address)
{
	uint32_t value = 0;

	for (unsigned part = 0; part < 4; part++) {
		unsigned number = 0, digits = 0;

		if (part > 0 && *text++ != '.')
			return NULL;
		for (; *text >= '0' && *text <= '9' && digits < 3; digits++)
			number = number * 10 + (unsigned)(*text++ - '0');
		if (digits == 0 || number > 255)
			return NULL;
		value = value << 8 | number;
	}
	address->addr = lwip_htonl(value);
	return text;
}
