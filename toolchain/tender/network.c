/*
 * The guest's network. With privileges: a tap interface, whose descriptor is the guest's. Without:
 * a socket whose other end is given, as descriptor 3, to a helper that brings frames into the
 * host's network (gateway/); it must go to the background when it is ready. Further interfaces lead to
 * the switches of networks: handover.h.
 */
#include "network.h"
#include "confine.h"
#include "handover.h"
#include "kernel.h"
#include "text.h"

#define MTU 1500
#define HELPER_DESCRIPTOR 3

/* With a hardware address, or NULL: a random one. */
static void describe(struct uk_tender_boot *boot, int fd, uint32_t kind, const uint8_t *mac)
{
	struct uk_tender_network *network = &boot->networks[boot->network_count++];
	long got;

	*network = (struct uk_tender_network){.fd = fd, .kind = kind, .mtu = MTU};
	if (mac) {
		__builtin_memcpy(network->address, mac, sizeof(network->address));
		return;
	}
	got = call(CALL_GETRANDOM, network->address, sizeof(network->address), 0);
	if (got != sizeof(network->address))
		fail("cannot get random numbers", NULL, got);
	/* One that nobody has assigned, for one interface. */
	network->address[0] = (uint8_t)((network->address[0] & 0xfc) | 2);
}

static void open_tap(const char *name, struct uk_tender_boot *boot)
{
	struct interface_request request = {.flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int header_bytes = UK_TENDER_TAP_HEADER_BYTES;
	long fd, error;

	if (text_length(name) >= sizeof(request.name))
		fail("not the name of a tap interface", name, 0);
	__builtin_memcpy(request.name, name, text_length(name));
	fd = call(CALL_OPEN, "/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd < 0)
		fail("cannot open", "/dev/net/tun", fd);
	error = call(CALL_IOCTL, fd, TUNSETIFF, &request);
	if (!error)
		error = call(CALL_IOCTL, fd, TUNSETVNETHDRSZ, &header_bytes);
	/* Checksums need not be computed on the way; nothing else, whatever an earlier user left. */
	if (!error)
		error = call(CALL_IOCTL, fd, TUNSETOFFLOAD, TUN_F_CSUM);
	if (error)
		fail("cannot use the tap interface", name, error);
	describe(boot, (int)fd, UK_TENDER_NETWORK_TAP, NULL);
}

static _Noreturn void run_helper(char **command, char **environment, int fd)
{
	const uint64_t nothing = 0;
	/* Found while everything can be, since it may stand where only this user may go. */
	long program = call(CALL_OPEN, command[0], O_PATH | O_CLOEXEC, 0), error = program;

	/* Without the flag that would close it. */
	if (fd == HELPER_DESCRIPTOR)
		call(CALL_FCNTL, fd, F_SETFD, 0);
	else
		call(CALL_DUP3, fd, HELPER_DESCRIPTOR, 0);
	call(CALL_SIGPROCMASK, SIG_SETMASK, &nothing, 0, sizeof(nothing));
	confine_user();
	if (program >= 0)
		error = call(CALL_EXECVEAT, program, "", command, environment, AT_EMPTY_PATH);
	fail("cannot start the network helper", command[0], error);
}

static long start_helper(char **command, char **environment, struct uk_tender_boot *boot)
{
	int ends[2];
	long error = call(CALL_SOCKETPAIR, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
	long child;

	if (error)
		fail("cannot make the helper's socket", NULL, error);
	child = call(CALL_CLONE, SIGCHLD, 0, 0, 0, 0);
	if (child < 0)
		fail("cannot start a process", NULL, child);
	if (!child)
		run_helper(command, environment, ends[1]);
	call(CALL_CLOSE, ends[1]);
	/* Of this end only: the two do not share their flags. */
	call(CALL_FCNTL, ends[0], F_SETFL, O_RDWR | O_NONBLOCK);
	describe(boot, ends[0], UK_TENDER_NETWORK_STREAM, NULL);
	return child;
}

long network_open(const struct options *options, char **environment, struct uk_tender_boot *boot)
{
	long helper = 0;

	if (options->tap)
		open_tap(options->tap, boot);
	if (options->helper)
		helper = start_helper(options->helper, environment, boot);
	for (unsigned i = 0; i < options->switch_count; i++)
		describe(boot, handover_open(&options->switches[i]), UK_TENDER_NETWORK_STREAM,
			 options->switches[i].mac);
	return helper;
}
