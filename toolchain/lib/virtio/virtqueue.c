/* The rings of a split virtqueue: lending buffers, taking them back, notifying sparingly. */
#include <errno.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/virtqueue.h>

#define DESCRIPTOR_NEXT 1
#define DESCRIPTOR_WRITE 2
#define AVAILABLE_NO_INTERRUPT 1
#define USED_NO_NOTIFY 1

struct uk_virtqueue_descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};
struct uk_virtqueue_available {
	uint16_t flags, index;
	uint16_t ring[]; /* one more behind the ring: the used event */
};
struct used_element {
	uint32_t first, length;
};
struct uk_virtqueue_used {
	uint16_t flags, index;
	struct used_element ring[]; /* then the available event */
};

/* What was written before is visible before what is written after. */
static void write_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static void read_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/*
 * A write of ours is visible before a later read of what the device writes. When QEMU emulates a
 * single processor it leaves fences out, although its devices work in another thread: that
 * notifications and interrupts get lost then is rare, but the guest hears nothing any more. To
 * read the time stamp counter it takes a lock, which is a fence of the host's.
 */
static void full_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	__asm__ volatile("rdtsc" ::: "eax", "edx", "memory");
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static volatile uint16_t *used_event(const struct uk_virtqueue *queue)
{
	return &queue->available->ring[queue->length];
}

static volatile uint16_t *available_event(const struct uk_virtqueue *queue)
{
	return (volatile uint16_t *)&queue->used->ring[queue->length];
}

static size_t round_to_page(size_t bytes)
{
	return (bytes + UK_PAGE_SIZE - 1) & ~(UK_PAGE_SIZE - 1);
}

int uk_virtqueue_init(struct uk_virtqueue *queue, struct uk_virtio_device *device, uint16_t index,
		      uint16_t length_limit)
{
	uint16_t length = device->transport->queue_limit(device, index);

	if (length == 0)
		return -ENOENT;
	if (length > length_limit && !device->transport->queue_length_fixed(device))
		length = length_limit;

	/* The layout that legacy devices insist on: the used ring begins on a page of its own. */
	size_t lent = round_to_page(length * sizeof(struct uk_virtqueue_descriptor) +
				    (3 + (size_t)length) * sizeof(uint16_t));
	size_t total = lent + round_to_page(length * sizeof(struct used_element) +
					    3 * sizeof(uint16_t));
	char *memory = uk_pages_alloc(total / UK_PAGE_SIZE, 1);
	void **tokens = uk_zalloc(length * sizeof(void *));

	if (memory == NULL || tokens == NULL) {
		if (memory != NULL)
			uk_pages_free(memory, total / UK_PAGE_SIZE);
		uk_free(tokens);
		return -ENOMEM;
	}
	memset(memory, 0, total);
	*queue = (struct uk_virtqueue){
		.device = device,
		.index = index,
		.length = length,
		.free_count = length,
		.event_index = (device->features & UK_VIRTIO_F_EVENT_IDX) != 0,
		.descriptors = (void *)memory,
		.available = (void *)(memory + length * sizeof(struct uk_virtqueue_descriptor)),
		.used = (void *)(memory + lent),
		.tokens = tokens,
	};
	for (uint16_t i = 0; i < length; i++)
		queue->descriptors[i].next = (uint16_t)(i + 1);
	int error = device->transport->queue_enable(device, queue);

	if (error != 0) {
		uk_pages_free(memory, total / UK_PAGE_SIZE);
		uk_free(tokens);
	}
	return error;
}

int uk_virtqueue_add(struct uk_virtqueue *queue, const struct uk_virtio_buffer *buffers,
		     unsigned readable, unsigned writable, void *token)
{
	unsigned count = readable + writable;

	if (queue->free_count < count)
		return -ENOBUFS;
	uint16_t first = queue->free_first, slot = first;

	for (unsigned i = 0; i < count; i++) {
		volatile struct uk_virtqueue_descriptor *descriptor = &queue->descriptors[slot];
		uint16_t flags = i < readable ? 0 : DESCRIPTOR_WRITE;

		if (i + 1 < count)
			flags |= DESCRIPTOR_NEXT;
		descriptor->address = (uintptr_t)buffers[i].data;
		descriptor->length = (uint32_t)buffers[i].length;
		descriptor->flags = flags;
		slot = descriptor->next;
	}
	queue->free_first = slot;
	queue->free_count -= (uint16_t)count;
	queue->tokens[first] = token;
	queue->available->ring[queue->added & (queue->length - 1)] = first;
	queue->added++;
	return 0;
}

void uk_virtqueue_kick(struct uk_virtqueue *queue)
{
	uint16_t before = queue->published, now = queue->added;
	bool wanted;

	if (before == now)
		return;
	write_barrier();
	queue->available->index = now;
	queue->published = now;
	full_barrier();
	if (queue->event_index) {
		uint16_t event = *available_event(queue);

		/* Did the index pass the one the device waits for? (modulo 2^16) */
		wanted = (uint16_t)(now - event - 1) < (uint16_t)(now - before);
	} else {
		wanted = (queue->used->flags & USED_NO_NOTIFY) == 0;
	}
	if (wanted)
		queue->device->transport->notify(queue);
}

bool uk_virtqueue_has_used(const struct uk_virtqueue *queue)
{
	return queue->used->index != queue->used_seen;
}

void *uk_virtqueue_take(struct uk_virtqueue *queue, uint32_t *length)
{
	if (queue->used->index == queue->used_seen)
		return NULL;
	read_barrier();
	volatile struct used_element *element =
		&queue->used->ring[queue->used_seen & (queue->length - 1)];
	uint32_t first = element->first;

	if (length != NULL)
		*length = element->length;
	queue->used_seen++;
	if (first >= queue->length || queue->tokens[first] == NULL)
		uk_crash("virtio: the device returned a buffer it was not given");

	uint16_t last = (uint16_t)first;
	uint16_t count = 1;

	while (queue->descriptors[last].flags & DESCRIPTOR_NEXT) {
		last = queue->descriptors[last].next;
		count++;
	}
	queue->descriptors[last].next = queue->free_first;
	queue->free_first = (uint16_t)first;
	queue->free_count += count;
	void *token = queue->tokens[first];

	queue->tokens[first] = NULL;
	return token;
}

bool uk_virtqueue_arm(struct uk_virtqueue *queue)
{
	if (queue->event_index)
		*used_event(queue) = queue->used_seen;
	else
		queue->available->flags = 0;
	full_barrier();
	return !uk_virtqueue_has_used(queue);
}

void uk_virtqueue_disarm(struct uk_virtqueue *queue)
{
	/* With event indices a device that went past the event stays silent by itself; one that
	 * was armed and never fired costs one interrupt at most. */
	if (!queue->event_index)
		queue->available->flags = AVAILABLE_NO_INTERRUPT;
}
