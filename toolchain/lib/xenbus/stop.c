/* The host's request to end: a word in the store, which the guest takes away to say that it has
 * read it. */
#include <string.h>
#include <uk/boot.h>
#include <uk/plat.h>
#include <uk/xen.h>
#include <uk/xenstore.h>

static const char *const requests[] = {"poweroff", "halt", "reboot"};

static bool is_request(const char *word)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (strcmp(word, requests[i]) == 0)
			return true;
	return false;
}

bool uk_plat_stop_requested(void)
{
	static bool is_watching;
	char word[16];

	if (!is_watching) {
		is_watching = true;
		uk_xenstore_watch("control", "shutdown");
	}
	if (uk_boot_is_asked_to_stop || !uk_xenstore_has_changed())
		return uk_boot_is_asked_to_stop;
	if (uk_xenstore_read("control", "shutdown", word, sizeof(word)) > 0 && is_request(word)) {
		uk_boot_is_asked_to_stop = true;
		uk_xenstore_write("control", "shutdown", "");
	}
	return uk_boot_is_asked_to_stop;
}
