/*
 * The two files that libc's resolver reads, made from what the network says when they are
 * opened: /etc/resolv.conf waits for DHCP like a connection does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <uk/lwip.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include "socket.h"

#define NS_PER_MS 1000000ULL
#define CONTENT_BYTES 512
#define HOSTNAME_BYTES_MAX 253

struct text_file {
	struct uk_file file;
	size_t length;
	char content[CONTENT_BYTES];
};

static void append(struct text_file *text, const char *string, size_t length)
{
	if (length > CONTENT_BYTES - text->length)
		return;
	memcpy(text->content + text->length, string, length);
	text->length += length;
}

static void append_address(struct text_file *text, uint32_t address)
{
	ip4_addr_t ip = {address};
	char dotted[IP4ADDR_STRLEN_MAX];

	ip4addr_ntoa_r(&ip, dotted, sizeof(dotted));
	append(text, dotted, strlen(dotted));
}

static void fill_name_servers(struct text_file *text)
{
	uk_network_wait(uk_clock_monotonic() + CONFIG_SOCKET_ADDRESS_TIMEOUT_MS * NS_PER_MS);
	for (unsigned i = 0; i < 3; i++) {
		uint32_t address = uk_network_name_server(i);

		if (address == 0)
			continue;
		append(text, "nameserver ", 11);
		append_address(text, address);
		append(text, "\n", 1);
	}
}

static void fill_hosts(struct text_file *text)
{
	const char *hostname = uk_boot_config_get("hostname");

	append(text, "127.0.0.1 localhost", 19);
	if (hostname != NULL && strlen(hostname) <= HOSTNAME_BYTES_MAX) {
		append(text, " ", 1);
		append(text, hostname, strlen(hostname));
	}
	append(text, "\n", 1);
}

static ssize_t text_read(struct uk_file *file, const struct iovec *vectors, int count,
			 off_t *offset)
{
	struct text_file *text = (struct text_file *)file;
	ssize_t total = 0;

	for (int i = 0; i < count && (size_t)*offset < text->length; i++) {
		size_t length = text->length - (size_t)*offset;

		if (length > vectors[i].iov_len)
			length = vectors[i].iov_len;
		memcpy(vectors[i].iov_base, text->content + *offset, length);
		*offset += (off_t)length;
		total += (ssize_t)length;
	}
	return total;
}

static off_t text_seek(struct uk_file *file, off_t offset, int whence)
{
	struct text_file *text = (struct text_file *)file;
	off_t base = whence == SEEK_CUR ? file->offset : whence == SEEK_END ? (off_t)text->length : 0;

	if ((whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END) || base + offset < 0)
		return -EINVAL;
	file->offset = base + offset;
	return file->offset;
}

static void describe(struct stat *status, size_t length)
{
	*status = (struct stat){.st_mode = S_IFREG | 0444,
				.st_nlink = 1,
				.st_size = (off_t)length,
				.st_blksize = 4096};
}

static int text_stat(struct uk_file *file, struct stat *status)
{
	describe(status, ((struct text_file *)file)->length);
	return 0;
}

static void text_release(struct uk_file *file)
{
	uk_free(file);
}

static const struct uk_file_ops text_ops = {
	.read = text_read,
	.seek = text_seek,
	.stat = text_stat,
	.release = text_release,
};

/* A file system that consists of one file: its root. */
struct single_file {
	struct uk_filesystem filesystem;
	void (*fill)(struct text_file *);
};

static int open_single(struct uk_filesystem *filesystem, const char *path, int flags, mode_t mode,
		       struct uk_file **file)
{
	(void)mode;
	if (*path != '\0')
		return -ENOTDIR;
	if ((flags & O_ACCMODE) != O_RDONLY)
		return -EROFS;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	struct text_file *text = uk_zalloc(sizeof(*text));

	if (text == NULL)
		return -ENOMEM;
	uk_file_init(&text->file, &text_ops, flags);
	((struct single_file *)filesystem)->fill(text);
	*file = &text->file;
	return 0;
}

static int stat_single(struct uk_filesystem *filesystem, const char *path, struct stat *status,
		       bool follow)
{
	(void)filesystem;
	(void)follow;
	if (*path != '\0')
		return -ENOTDIR;
	describe(status, 0);
	return 0;
}

static const struct uk_filesystem_ops single_ops = {.open = open_single, .stat = stat_single};
static struct single_file name_servers = {{&single_ops}, fill_name_servers};
static struct single_file hosts = {{&single_ops}, fill_hosts};

UK_MOUNT(name_servers, "/etc/resolv.conf", &name_servers.filesystem);
UK_MOUNT(hosts, "/etc/hosts", &hosts.filesystem);
