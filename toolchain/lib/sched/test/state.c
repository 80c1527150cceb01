/* Each thread keeps its registers, thread pointer and floating-point settings. */
// expect: success
#include <uk/check.h>
#include <uk/init.h>
#include <uk/sched.h>

#define ROUND_DOWN 0x3f80u
#define ROUND_UP 0x5f80u
#define ROUND_NEAREST 0x1f80u

static unsigned finished;

static uint32_t settings(void)
{
	uint32_t value;

	__asm__ volatile("stmxcsr %0" : "=m"(value));
	return value & ~0x3fu; /* without the flags of past operations */
}

static void set(uint32_t value)
{
	__asm__ volatile("ldmxcsr %0" ::"m"(value));
}

static void keep(uint32_t own)
{
	uintptr_t tls = uk_plat_tls();

	uk_check(settings() == ROUND_DOWN); /* those of who created the thread */
	set(own);
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t a = own + i, b = own * 2 + i, c = own * 3 + i;

		__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c));
		uk_yield();
		uk_check(a == own + i && b == own * 2 + i && c == own * 3 + i);
		uk_check(settings() == own && uk_plat_tls() == tls);
	}
	finished++;
}

static void keep_up(void *argument)
{
	uk_check(uk_plat_tls() == 0x1000 && argument == &finished);
	keep(ROUND_UP);
}

static void keep_nearest(void *argument)
{
	uk_check(uk_plat_tls() == 0x2000 && argument == &finished);
	keep(ROUND_NEAREST);
}

int uk_application(void)
{
	uk_plat_set_tls(0x3000);
	set(ROUND_DOWN);
	uk_check(uk_thread_create(keep_up, &finished, NULL, 0x1000, NULL, NULL));
	uk_check(uk_thread_create(keep_nearest, &finished, NULL, 0x2000, NULL, NULL));
	while (finished < 2)
		uk_yield();
	uk_check(settings() == ROUND_DOWN && uk_plat_tls() == 0x3000);
	return uk_success();
}
