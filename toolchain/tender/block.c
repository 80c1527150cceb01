/*
 * The guest's block devices. A device has the size that its file has when it is opened; the filter
 * keeps the guest within it.
 *
 * A guest has no system call to flush, so the file is opened such that each write is durable when
 * it returns. The alternative, a process outside that flushes on request, would have to listen to
 * the guest; and since the guest gathers what is adjacent before it writes, one write takes about
 * as long as a write and a flush.
 */
#include "block.h"
#include "kernel.h"
#include "text.h"

/* So that an offset at the end and a count make no negative number. */
#define BLOCK_BYTES_MAX (1UL << 62)

/* Keeps others away from a file that is written to, and writers from one that is read, until the
 * last descriptor of this opening is closed. QEMU's locks are of the same kind. */
static void lock(const struct option_block *option, long fd)
{
	const struct file_lock whole = {.type = option->is_read_only ? F_RDLCK : F_WRLCK};
	long error = call(CALL_FCNTL, fd, F_OFD_SETLK, &whole);

	/* A file system that has no locks is no reason not to run. */
	if (error == -EAGAIN || error == -EACCES)
		fail("the block device is in use by another guest", option->path, 0);
}

static void open_one(const struct option_block *option, struct uk_tender_block *block)
{
	int access = option->is_read_only ? O_RDONLY : O_RDWR | O_DSYNC;
	struct file_status status;
	long fd = call(CALL_OPEN, option->path, access | O_CLOEXEC, 0);

	if (fd < 0)
		fail("cannot open the block device", option->path, fd);
	if (call(CALL_FSTAT, fd, &status) || (status.mode & S_IFMT) != S_IFREG ||
	    (uint64_t)status.size_bytes > BLOCK_BYTES_MAX)
		fail("not a file that can be a block device", option->path, 0);
	lock(option, fd);
	*block = (struct uk_tender_block){
		.fd = (int32_t)fd,
		.flags = option->is_read_only ? UK_TENDER_BLOCK_READ_ONLY : 0,
		.size_bytes = (uint64_t)status.size_bytes,
	};
	__builtin_memcpy(block->name, option->name, option->name_length);
}

void blocks_open(const struct options *options, struct uk_tender_boot *boot)
{
	for (unsigned i = 0; i < options->block_count; i++)
		open_one(&options->blocks[i], &boot->blocks[i]);
	boot->block_count = options->block_count;
}
