/*
 * lwIP's heap: a few sizes of blocks, each with a list of free ones, because a packet's memory
 * is taken and given back for every request. Blocks come from pages and stay with their size.
 */
#include <lwip/mem.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/plat.h>

/* Stands before every block, and keeps it aligned to 16 bytes. */
union block {
	struct {
		union block *next; /* while free */
		size_t size_class;
	};
	char align[16];
};

/* With the head; chosen to divide pages well. The largest holds a full segment. */
static const uint16_t class_bytes[] = {128, 256, 448, 672, 1344, 2048};
#define CLASSES (sizeof(class_bytes) / sizeof(class_bytes[0]))
#define CLASS_LARGE CLASSES
#define REFILL_PAGES 2

static union block *free_blocks[CLASSES];

static bool refill(size_t size_class)
{
	size_t bytes = class_bytes[size_class];
	char *memory = uk_pages_alloc(REFILL_PAGES, 1);

	if (memory == NULL)
		return false;
	for (size_t used = 0; used + bytes <= REFILL_PAGES * UK_PAGE_SIZE; used += bytes) {
		union block *block = (union block *)(memory + used);

		block->next = free_blocks[size_class];
		block->size_class = size_class;
		free_blocks[size_class] = block;
	}
	return true;
}

void mem_init(void)
{
}

/* A block keeps its size, however little of it is needed. */
void *mem_trim(void *object, mem_size_t bytes)
{
	(void)bytes;
	return object;
}

void *mem_malloc(mem_size_t bytes)
{
	size_t needed = bytes + sizeof(union block);
	size_t size_class = 0;

	while (size_class < CLASSES && class_bytes[size_class] < needed)
		size_class++;
	if (size_class == CLASS_LARGE) {
		union block *block = uk_alloc(needed);

		if (block == NULL)
			return NULL;
		block->size_class = CLASS_LARGE;
		return block + 1;
	}
	if (free_blocks[size_class] == NULL && !refill(size_class))
		return NULL;
	union block *block = free_blocks[size_class];

	free_blocks[size_class] = block->next;
	return block + 1;
}

void *mem_calloc(mem_size_t count, mem_size_t bytes)
{
	size_t total;

	if (__builtin_mul_overflow(count, bytes, &total))
		return NULL;
	void *object = mem_malloc(total);

	if (object != NULL)
		memset(object, 0, total);
	return object;
}

void mem_free(void *object)
{
	if (object == NULL)
		return;
	union block *block = (union block *)object - 1;

	if (block->size_class == CLASS_LARGE) {
		uk_free(block);
		return;
	}
	block->next = free_blocks[block->size_class];
	free_blocks[block->size_class] = block;
}
