/* Whether this machine is to start again after the end to which it has come: a rule for hosts that
 * cannot tell one end from another, only a machine that resets from one that switches itself off. */
#include <uk/boot.h>
#include <uk/plat.h>

bool uk_boot_is_asked_to_stop;

#ifdef CONFIG_PLAT_RESTART
bool uk_boot_starts_again(int status)
{
	const char *rule = uk_boot_config_get("restart");

	return rule && !uk_boot_is_asked_to_stop && (status != 0 || *rule == 'a');
}
#endif
