/*
 * Names in a directory: a hash table to find one, and a list in order of creation to read them
 * all, so that reading goes on where it was when names come and go in between.
 */
#include "node.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>

#define FEWEST_BUCKETS 8
/* Positions 0 and 1 are "." and "..". */
#define FIRST_POSITION 2

/* FNV-1a */
static uint32_t hash_of(const char *name, size_t length)
{
	uint32_t hash = 2166136261U;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619U;
	return hash;
}

struct entry *directory_find(const struct directory *directory, const char *name, size_t length)
{
	if (!directory->bucket_count)
		return NULL;
	uint32_t hash = hash_of(name, length);
	struct entry *entry = directory->buckets[hash % directory->bucket_count];
	while (entry && (entry->hash != hash || strncmp(entry->name, name, length) ||
			 entry->name[length]))
		entry = entry->in_bucket;
	return entry;
}

static int add_buckets(struct directory *directory)
{
	size_t count = directory->bucket_count ? directory->bucket_count * 2 : FEWEST_BUCKETS;
	struct entry **buckets = uk_zalloc(count * sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	for (struct entry *entry = directory->first; entry; entry = entry->next) {
		entry->in_bucket = buckets[entry->hash % count];
		buckets[entry->hash % count] = entry;
	}
	uk_free(directory->buckets);
	directory->buckets = buckets;
	directory->bucket_count = count;
	return 0;
}

int directory_add(struct node *parent, const char *name, size_t length, struct node *node)
{
	struct directory *directory = &parent->directory;
	if (directory->entry_count >= directory->bucket_count && add_buckets(directory))
		return -ENOMEM;
	struct entry *entry = uk_zalloc(sizeof(*entry) + length + 1);
	if (!entry)
		return -ENOMEM;
	memcpy(entry->name, name, length);
	entry->node = node;
	entry->hash = hash_of(name, length);
	entry->position = FIRST_POSITION + directory->next_position++;
	entry->previous = directory->last;
	if (directory->last)
		directory->last->next = entry;
	else
		directory->first = entry;
	directory->last = entry;
	struct entry **bucket = &directory->buckets[entry->hash % directory->bucket_count];
	entry->in_bucket = *bucket;
	*bucket = entry;
	directory->entry_count++;
	node->names++;
	if (S_ISDIR(node->mode)) {
		directory->subdirectories++;
		node->directory.parent = parent;
	}
	node_touch_modified(parent);
	return 0;
}

void directory_remove(struct node *parent, struct entry *entry)
{
	struct directory *directory = &parent->directory;
	struct entry **link = &directory->buckets[entry->hash % directory->bucket_count];
	while (*link != entry)
		link = &(*link)->in_bucket;
	*link = entry->in_bucket;
	if (entry->previous)
		entry->previous->next = entry->next;
	else
		directory->first = entry->next;
	if (entry->next)
		entry->next->previous = entry->previous;
	else
		directory->last = entry->previous;
	directory->entry_count--;
	if (S_ISDIR(entry->node->mode))
		directory->subdirectories--;
	entry->node->names--;
	node_drop(entry->node);
	uk_free(entry);
	node_touch_modified(parent);
}

struct entry *directory_at(const struct directory *directory, uint64_t position)
{
	struct entry *entry = directory->first;
	while (entry && entry->position < position)
		entry = entry->next;
	return entry;
}
