/* Clocks advance and agree, and sleeping takes as long as it should. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock)
{
	struct timespec time;
	assert(!clock_gettime(clock, &time));
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(void)
{
	struct timespec request = {0, 50000000}, resolution;
	double before = now(CLOCK_MONOTONIC), wall_before = now(CLOCK_REALTIME);
	assert(!nanosleep(&request, NULL));
	double passed = now(CLOCK_MONOTONIC) - before;
	double wall_passed = now(CLOCK_REALTIME) - wall_before;
	assert(passed >= 0.05 && passed < 2);
	assert(wall_passed > 0.045 && wall_passed < 2);

	clock_gettime(CLOCK_MONOTONIC, &request);
	request.tv_sec += 0;
	request.tv_nsec += 20000000;
	if (request.tv_nsec >= 1000000000) {
		request.tv_nsec -= 1000000000;
		request.tv_sec++;
	}
	assert(!clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &request, NULL));
	assert(now(CLOCK_MONOTONIC) >= (double)request.tv_sec + (double)request.tv_nsec / 1e9);

	double last = now(CLOCK_MONOTONIC);
	for (int i = 0; i < 100000; i++) {
		double current = now(CLOCK_MONOTONIC);
		assert(current >= last);
		last = current;
	}
	struct timeval of_day;
	assert(!gettimeofday(&of_day, NULL));
	assert(of_day.tv_sec - time(NULL) <= 0 && time(NULL) > 1700000000);
	assert(!clock_getres(CLOCK_MONOTONIC, &resolution) && resolution.tv_nsec >= 1);
	request = (struct timespec){0, 1000000000};
	assert(nanosleep(&request, NULL) == -1 && errno == EINVAL);
	assert(clock_gettime(99, &request) == -1 && errno == EINVAL);
	struct tm *date = gmtime(&(time_t){951782400});
	assert(date->tm_year == 100 && date->tm_mon == 1 && date->tm_mday == 29);
	puts("SUCCESS");
	return 0;
}
