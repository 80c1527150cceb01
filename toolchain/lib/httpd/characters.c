/* The classes of all characters; what is not named belongs to none. */
#include "characters.h"

#define HOST (CHARACTER_HOST | CHARACTER_VALUE)
#define TARGET (CHARACTER_TARGET | HOST)
#define TOKEN (CHARACTER_TOKEN | TARGET)

const unsigned char httpd_characters[256] = {
	['\t'] = CHARACTER_VALUE,
	[' '] = CHARACTER_VALUE,
	['!'] = TOKEN,
	['"'] = TARGET,
	['#'] = CHARACTER_TOKEN | HOST,
	['$' ... '\''] = TOKEN,
	['(' ... ')'] = TARGET,
	['*' ... '+'] = TOKEN,
	[','] = CHARACTER_TARGET | CHARACTER_VALUE,
	['-' ... '.'] = TOKEN,
	['/'] = CHARACTER_TARGET | CHARACTER_VALUE,
	['0' ... '9'] = TOKEN,
	[':' ... '?'] = TARGET,
	['@'] = CHARACTER_TARGET | CHARACTER_VALUE,
	['A' ... 'Z'] = TOKEN,
	['[' ... ']'] = TARGET,
	['^' ... 'z'] = TOKEN,
	['{'] = TARGET,
	['|'] = TOKEN,
	['}'] = TARGET,
	['~'] = TOKEN,
	[0x80 ... 0xff] = HOST,
};
