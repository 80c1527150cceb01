/* Reads an image's headers. The image is not trusted: what is wrong with it is found here, before
 * anything of it is used. No system calls, so that a fuzzer can run it as it is. */
#ifndef TENDER_IMAGE_H
#define TENDER_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <uk/tender-abi.h>

#define PAGE_BYTES 4096UL
#define IMAGE_SEGMENTS_MAX 16

struct image_segment {
	uint64_t address;      /* of a page */
	uint64_t memory_bytes; /* whole pages, at least one */
	uint64_t file_offset, file_bytes; /* within the file, and no more than memory_bytes */
	int access; /* PROT_*; never PROT_WRITE and PROT_EXEC together */
};

struct image {
	uint64_t entry; /* in an executable segment, as is note.fault_handler */
	uint64_t end; /* of the last segment */
	uint64_t memory_bytes; /* of all segments */
	unsigned segment_count;
	struct image_segment segments[IMAGE_SEGMENTS_MAX]; /* ascending, none overlaps another */
	struct uk_tender_note note;
};

/* Fills in *image; returns NULL, or what is wrong with the file. */
const char *image_read(const unsigned char *file, size_t file_bytes, struct image *image);

#endif
