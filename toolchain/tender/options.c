/* Reads the command line. */
#include "options.h"
#include "text.h"
#include <stddef.h>

/* More than any machine has; sums of it do not wrap around. */
#define MEMORY_MAX (1UL << 40)
#define DESCRIPTOR_MAX 65535

static uint64_t number(const char *text, uint64_t most, const char *name)
{
	const char *at = text;
	uint64_t value;

	if (!text_number(&at, '\0', most, &value))
		fail(name, text, 0);
	return value;
}

/* NAME=FILE */
static void add_block(const char *value, bool is_read_only, struct options *options)
{
	size_t length = 0;

	while (value[length] && value[length] != '=')
		length++;
	if (!value[length] || length < 1 || length > UK_TENDER_BLOCK_NAME_MAX)
		fail("a block device is described as NAME=FILE, its name has 1 to 20 bytes",
		     value, 0);
	if (options->block_count == UK_TENDER_BLOCKS_MAX)
		fail("there are too many block devices", NULL, 0);
	options->blocks[options->block_count++] =
		(struct option_block){value, length, value + length + 1, is_read_only};
}

/* MAC=PATH */
static void add_switch(const char *text, struct options *options)
{
	struct option_switch *new = &options->switches[options->switch_count];

	if (options->switch_count == UK_TENDER_NETWORKS_MAX - 1)
		fail("there are too many of --switch", NULL, 0);
	if (!text_mac(&text, '=', new->mac) || !*text)
		fail("--switch is not a hardware address and a path", text, 0);
	new->path = text;
	options->switch_count++;
}

/* The options that take a value; false if there is none of this name. */
static bool read_value(const char *name, const char *value, struct options *options)
{
	if (text_equal(name, "--guest")) {
		options->guest = value;
	} else if (text_equal(name, "--memory")) {
		options->memory_bytes = number(value, MEMORY_MAX, "--memory is not a number of bytes");
	} else if (text_equal(name, "--config")) {
		options->config = (int)number(value, DESCRIPTOR_MAX, "--config is not a descriptor");
	} else if (text_equal(name, "--tap")) {
		options->tap = value;
	} else if (text_equal(name, "--switch")) {
		add_switch(value, options);
	} else if (text_equal(name, "--exit-file")) {
		options->exit_file = value;
	} else if (text_equal(name, "--control")) {
		options->control = value;
	} else if (text_equal(name, "--block")) {
		add_block(value, false, options);
	} else if (text_equal(name, "--block-read-only")) {
		add_block(value, true, options);
	} else if (text_equal(name, "--forward")) {
		if (options->forward_count == FORWARDS_MAX)
			fail("there are too many of --forward", NULL, 0);
		options->forwards[options->forward_count++] = value;
	} else {
		return false;
	}
	return true;
}

void options_read(int count, char **arguments, struct options *options)
{
	int at = 1;

	*options = (struct options){.config = -1};
	while (at < count && arguments[at][0] == '-' && !text_equal(arguments[at], "--")) {
		const char *name = arguments[at++];

		if (text_equal(name, "--input"))
			options->reads_console = true;
		else if (at == count || !read_value(name, arguments[at++], options))
			fail("unknown option, or without its value", name, 0);
	}
	if (at == count || text_equal(arguments[at], "--"))
		fail("which image?", "tender --memory BYTES [OPTION...] IMAGE [-- HELPER...]", 0);
	options->image = arguments[at++];
	if (at < count) {
		if (!text_equal(arguments[at], "--") || at + 1 == count)
			fail("only -- and a network helper may follow the image", NULL, 0);
		options->helper = arguments + at + 1;
	}
	if (!options->memory_bytes)
		fail("how much memory? --memory BYTES", NULL, 0);
	if (options->tap && options->helper)
		fail("a guest has one network: --tap or a helper", NULL, 0);
}
