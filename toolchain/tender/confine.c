/*
 * Takes from a process what a guest must not have. The filter of system calls alone keeps a guest
 * in; the rest is there in case the kernel behind one of the seven calls has a fault.
 */
#include "confine.h"
#include "filter.h"
#include "kernel.h"
#include "text.h"

#define NOBODY 65534
#define CAPABILITIES_MAX 64
#define CAPABILITY_VERSION_3 0x20080522

/* A console that goes to a file shall not fill the disk. */
#define FILE_BYTES_MAX (64UL << 20)

static const unsigned namespaces =
	CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

long confine_fork(void)
{
	/* A process without privileges has them in a user namespace of its own. */
	unsigned wanted = namespaces | (call(CALL_GETEUID) ? CLONE_NEWUSER : 0);
	long child = call(CALL_CLONE, wanted | SIGCHLD, 0, 0, 0, 0);

	/* In a container there may be none; that is no reason not to run. */
	return child < 0 ? call(CALL_CLONE, SIGCHLD, 0, 0, 0, 0) : child;
}

void confine_user(void)
{
	/* In a container even root may not be allowed to: then the container is what confines it. */
	if (!call(CALL_GETEUID)) {
		call(CALL_SETGROUPS, 0, 0);
		call(CALL_SETRESGID, NOBODY, NOBODY, NOBODY);
		call(CALL_SETRESUID, NOBODY, NOBODY, NOBODY);
	}
}

static void drop_capabilities(void)
{
	const struct {
		uint32_t version, process;
	} header = {CAPABILITY_VERSION_3, 0};
	const struct {
		uint32_t effective, permitted, inheritable;
	} none[2] = {0};

	for (unsigned i = 0; i < CAPABILITIES_MAX; i++)
		call(CALL_PRCTL, PR_CAPBSET_DROP, i, 0, 0, 0);
	call(CALL_PRCTL, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (call(CALL_CAPSET, &header, none))
		fail("cannot drop capabilities", NULL, 0);
}

static void limit(int resource, uint64_t most)
{
	const struct limit limit = {most, most};
	long error = call(CALL_PRLIMIT, 0, resource, &limit, 0);

	if (error)
		fail("cannot set a limit", NULL, error);
}

static void set_limits(const struct uk_tender_boot *boot)
{
	uint64_t file_bytes = FILE_BYTES_MAX;

	for (unsigned i = 0; i < boot->block_count; i++)
		if (boot->blocks[i].size_bytes > file_bytes)
			file_bytes = boot->blocks[i].size_bytes;
	limit(RLIMIT_FSIZE, file_bytes);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NPROC, 0);
	/* ppoll takes no longer list than descriptors are allowed. */
	limit(RLIMIT_NOFILE, UK_TENDER_POLL_MAX);
}

static void close_from(unsigned first)
{
	if (!call(CALL_CLOSE_RANGE, first, ~0u, 0))
		return;
	/* A kernel from before 2020. */
	for (unsigned fd = first; fd < 65536; fd++)
		call(CALL_CLOSE, fd);
}

/* Moves a descriptor to a number, beyond all that could be in the way. */
static int renumber(int fd, int number)
{
	long error = call(CALL_DUP3, fd, number, 0);

	if (error < 0)
		fail("cannot pass a descriptor on", NULL, error);
	return number;
}

#define DESCRIPTORS_MAX (UK_TENDER_NETWORKS_MAX + UK_TENDER_BLOCKS_MAX + 1)

/* Leaves 0 and 1 for the console and 2, 3, ... for the devices: what is not in the list is closed,
 * whatever it was. */
static void keep_descriptors(struct uk_tender_boot *boot)
{
	int *devices[DESCRIPTORS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < boot->network_count; i++)
		devices[count++] = &boot->networks[i].fd;
	for (unsigned i = 0; i < boot->block_count; i++)
		devices[count++] = &boot->blocks[i].fd;
	devices[count++] = &boot->stop;
	/* In two steps, since a low number may be another device's. */
	for (unsigned i = 0; i < count; i++)
		*devices[i] = renumber(*devices[i], (int)(512 + i));
	for (unsigned i = 0; i < count; i++)
		*devices[i] = renumber(*devices[i], (int)(2 + i));
	if (boot->console_in < 0)
		call(CALL_CLOSE, 0);
	close_from(2 + count);
}

static void live_no_longer_than(int lifeline)
{
	struct {
		int fd;
		short events, happened;
	} poll = {lifeline, 0, 0};
	const int64_t now[2] = {0, 0};

	call(CALL_PRCTL, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* It may have died before that. */
	if (call(CALL_PPOLL, &poll, 1, now, 0, 0) != 0)
		call(CALL_EXIT_GROUP, 125);
}

void confine_process(struct uk_tender_boot *boot, int lifeline)
{
	/* No file system: nothing can be opened any more, but the directory would stay in use. */
	call(CALL_CHDIR, "/");
	if (!call(CALL_GETEUID)) {
		confine_user();
		/* Who was not root has this namespace since confine_fork(). */
		call(CALL_UNSHARE, CLONE_NEWUSER);
	}
	drop_capabilities();
	live_no_longer_than(lifeline);
	if (call(CALL_PRCTL, PR_SET_DUMPABLE, 0, 0, 0, 0) ||
	    call(CALL_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fail("cannot give up privileges", NULL, 0);
	keep_descriptors(boot);
	set_limits(boot);
}

void confine_calls(const struct uk_tender_boot *boot)
{
	static struct filter filter;
	struct filter_program program;
	long error;

	filter_build(&filter, boot);
	program = (struct filter_program){(uint16_t)filter.length, filter.instructions};
	error = call(CALL_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, &program);
	/* stderr is closed: the status must do. */
	if (error)
		call(CALL_EXIT_GROUP, 125);
}
