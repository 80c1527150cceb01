/* Random numbers for lwIP, and initial sequence numbers after RFC 6528: a clock that ticks
 * every 4 µs plus a keyed hash (SipHash-2-4) of both ends. */
#include <lwip/opt.h>
#include <lwip/ip_addr.h>
#include <uk/lwip-hooks.h>
#include <uk/plat.h>
#include <uk/random.h>

#define NS_PER_TICK 4000

uint32_t uk_lwip_random(void)
{
	uint32_t value;

	uk_random(&value, sizeof(value));
	return value;
}

static inline uint64_t rotate(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static void mix(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static uint64_t keyed_hash(const uint64_t key[2], const uint64_t *words, unsigned count)
{
	uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
			 key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};

	for (unsigned i = 0; i <= count; i++) {
		uint64_t word = i < count ? words[i] : (uint64_t)count * 8 << 56;

		v[3] ^= word;
		mix(v);
		mix(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (unsigned round = 0; round < 4; round++)
		mix(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

u32_t uk_lwip_initial_sequence(const ip_addr_t *local_address, u16_t local_port,
			       const ip_addr_t *remote_address, u16_t remote_port)
{
	static uint64_t key[2];
	static bool keyed;

	if (!keyed) {
		uk_random(key, sizeof(key));
		keyed = true;
	}
	uint64_t ends[2] = {
		(uint64_t)ip4_addr_get_u32(ip_2_ip4(local_address)) << 32 |
			ip4_addr_get_u32(ip_2_ip4(remote_address)),
		(uint64_t)local_port << 16 | remote_port,
	};

	return (u32_t)(keyed_hash(key, ends, 2) + uk_clock_monotonic() / NS_PER_TICK);
}
