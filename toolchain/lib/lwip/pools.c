/* lwIP's typed pools: they grow by a page when empty; connections are limited in number. */
#include <lwip/memp.h>
#include <lwip/opt.h>
#include <lwip/etharp.h>
#include <lwip/ip4_frag.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <lwip/udp.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include "connections.h"
#include "time_wait.h"

struct free_element {
	struct free_element *next;
};

static const uint16_t element_bytes[MEMP_MAX] = {
#define LWIP_MEMPOOL(name, number, size, description) [MEMP_##name] = LWIP_MEM_ALIGN_SIZE(size),
#include <lwip/priv/memp_std.h>
};
static struct free_element *free_elements[MEMP_MAX];
static unsigned connections;

void memp_init(void)
{
}

static bool refill(memp_t type)
{
	size_t bytes = element_bytes[type];
	char *memory = uk_pages_alloc(1, 1);

	if (memory == NULL)
		return false;
	for (size_t used = 0; used + bytes <= UK_PAGE_SIZE; used += bytes) {
		struct free_element *element = (struct free_element *)(memory + used);

		element->next = free_elements[type];
		free_elements[type] = element;
	}
	return true;
}

void *memp_malloc(memp_t type)
{
	if (type == MEMP_TCP_PCB) {
		uk_lwip_limit_time_wait();
		if (connections >= CONFIG_LWIP_MAX_CONNECTIONS)
			return NULL;
	}
	if (free_elements[type] == NULL && !refill(type))
		return NULL;
	struct free_element *element = free_elements[type];

	free_elements[type] = element->next;
	if (type == MEMP_TCP_PCB)
		connections++;
	return element;
}

void memp_free(memp_t type, void *object)
{
	if (object == NULL)
		return;
	struct free_element *element = object;

	if (type == MEMP_TCP_PCB) {
		connections--;
		uk_lwip_forget_connection(object);
	}
	element->next = free_elements[type];
	free_elements[type] = element;
}
