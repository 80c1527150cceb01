/*
 * What all open files share: their life time, and telling those who watch them about events.
 */
#include <poll.h>
#include <uk/file.h>
#include <uk/mem.h>

void uk_file_init(struct uk_file *file, const struct uk_file_ops *ops, int flags)
{
	*file = (struct uk_file){.ops = ops, .references = 1, .flags = flags};
}

struct uk_file *uk_file_hold(struct uk_file *file)
{
	file->references++;
	return file;
}

void uk_file_release(struct uk_file *file)
{
	if (--file->references)
		return;
	/* An epoll set forgets a file that is closed: a watch told with no file is its notice. */
	while (file->watches) {
		struct uk_file_watch *watch = file->watches;
		uk_file_unwatch(watch);
		watch->notify(watch, POLLNVAL);
	}
	if (file->path)
		uk_free(file->path);
	if (file->ops->release)
		file->ops->release(file);
}

void uk_file_watch(struct uk_file *file, struct uk_file_watch *watch)
{
	watch->file = file;
	watch->previous = NULL;
	watch->next = file->watches;
	if (watch->next)
		watch->next->previous = watch;
	file->watches = watch;
}

void uk_file_unwatch(struct uk_file_watch *watch)
{
	if (!watch->file)
		return;
	if (watch->previous)
		watch->previous->next = watch->next;
	else
		watch->file->watches = watch->next;
	if (watch->next)
		watch->next->previous = watch->previous;
	watch->file = NULL;
	watch->next = watch->previous = NULL;
}

void uk_file_notify(struct uk_file *file, unsigned events)
{
	if (file->waiting.first)
		uk_wake(&file->waiting, UK_WAKE_ALL);
	for (struct uk_file_watch *watch = file->watches, *next; watch; watch = next) {
		next = watch->next;
		watch->notify(watch, events);
	}
}

unsigned uk_file_events(struct uk_file *file)
{
	if (!file->ops->events)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return file->ops->events(file);
}
