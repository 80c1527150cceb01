/*
 * A tender: the process on the host that runs an image of the platform "linux".
 *
 * It reads the image, which it does not trust, and lays out its memory; a child confines itself
 * and becomes the guest. This process stays outside, waits, tells how the guest ended, and
 * forwards ports to it. It never reads anything that the guest wrote: to the guest belong its
 * memory, its console and its network, and nothing else.
 */
#include "block.h"
#include "confine.h"
#include "forward.h"
#include "guest.h"
#include "kernel.h"
#include "load.h"
#include "network.h"
#include "options.h"
#include "report.h"
#include "text.h"
#include "vdso.h"

#define IMAGE_BYTES_MAX (1UL << 30)

/* What the kernel leaves on the stack of a new process. */
struct start {
	long count;
	char *arguments[];
};

struct auxiliary {
	uint64_t type, value;
};

static uint64_t auxiliary_value(char **environment, uint64_t type)
{
	const struct auxiliary *entry;

	while (*environment)
		environment++;
	for (entry = (const void *)(environment + 1); entry->type; entry++)
		if (entry->type == type)
			return entry->value;
	return 0;
}

static const unsigned char *map_image(const char *path, struct image *image)
{
	struct file_status status;
	long fd = call(CALL_OPEN, path, O_RDONLY | O_CLOEXEC, 0), file;
	const char *problem;

	if (fd < 0)
		fail("cannot open the image", path, fd);
	if (call(CALL_FSTAT, fd, &status) || (status.mode & S_IFMT) != S_IFREG ||
	    status.size_bytes < 1 || (uint64_t)status.size_bytes > IMAGE_BYTES_MAX)
		fail("not an image", path, 0);
	file = call(CALL_MMAP, 0, status.size_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file < 0)
		fail("cannot read the image", path, file);
	call(CALL_CLOSE, fd);
	problem = image_read((const unsigned char *)file, (size_t)status.size_bytes, image);
	if (problem)
		fail(problem, path, 0);
	return (const unsigned char *)file;
}

/* Its success means that it is ready. */
static void await_helper(long helper, long guest)
{
	int status;

	while (call(CALL_WAIT4, helper, &status, 0, 0) == -EINTR)
		;
	if (status) {
		call(CALL_KILL, guest, SIGKILL);
		fail("the network helper did not start", NULL, 0);
	}
}

_Noreturn void program_main(struct start *start);

_Noreturn void program_main(struct start *start)
{
	char **environment = start->arguments + start->count + 1;
	struct options options;
	struct image image;
	struct uk_tender_boot *boot;
	const unsigned char *file;
	int lifeline[2], stop[2], status;
	long guest, helper;

	options_read((int)start->count, start->arguments, &options);
	if (!(auxiliary_value(environment, AT_HWCAP2) & HWCAP2_FSGSBASE))
		fail("this processor or kernel does not let processes set their thread pointer "
		     "(FSGSBASE: Linux 5.9 on a processor from 2013 or later)", NULL, 0);
	file = map_image(options.image, &image);
	boot = load_guest(&options, file, &image);
	boot->console_in = options.reads_console ? 0 : -1;
	boot->console_out = 1;
	boot->clock_gettime = vdso_function(auxiliary_value(environment, AT_SYSINFO_EHDR),
					    "__vdso_clock_gettime");
	blocks_open(&options, boot);
	forward_prepare(&options);
	if (call(CALL_PIPE2, lifeline, O_CLOEXEC) || call(CALL_PIPE2, stop, O_CLOEXEC))
		fail("cannot make a pipe", NULL, 0);
	boot->stop = stop[0];
	helper = network_open(&options, environment, boot);
	guest = confine_fork();
	if (guest < 0)
		fail("cannot start a process", NULL, guest);
	if (!guest) {
		call(CALL_CLOSE, lifeline[1]);
		guest_enter(boot, &image, lifeline[0]);
	}
	/* The helper ends when the guest's end of its socket is closed: keep no copy of it. */
	for (unsigned i = 0; i < boot->network_count; i++)
		call(CALL_CLOSE, boot->networks[i].fd);
	for (unsigned i = 0; i < boot->block_count; i++)
		call(CALL_CLOSE, boot->blocks[i].fd);
	load_forget(boot);
	if (helper)
		await_helper(helper, guest);
	status = forward_until_end(guest, stop[1]);
	call(CALL_EXIT_GROUP, report_end(status, options.exit_file, file, &image));
	__builtin_unreachable();
}
