/*
 * Start-up order without a central list: a library registers a function for a stage, the
 * linker script gathers them, and uk_start() calls them stage by stage, in link order within
 * one, on the first thread's stack. A library that is not selected leaves no trace.
 */
#ifndef UK_INIT_H
#define UK_INIT_H

#define UK_STAGE_MEMORY 1 /* mem */
#define UK_STAGE_CORE 2	  /* time, random, sched */
#define UK_STAGE_BUS 3	  /* virtio finds devices */
#define UK_STAGE_DEVICE 4 /* network and block drivers */
#define UK_STAGE_SERVICE 5 /* the root's file system, network stack */
#define UK_STAGE_CONFIGURATION 6 /* what is asked for, when the host has told nothing */
#define UK_STAGE_MOUNT 7   /* other file systems */

typedef void (*uk_init_function)(void);

#define UK_INIT_NAME_(stage, function) uk_init_##stage##_##function
#define UK_INIT_(stage, function)                                                                  \
	__attribute__((used, retain, section(".uk_init." #stage)))                                 \
	static const uk_init_function UK_INIT_NAME_(stage, function) = function
/* UK_INIT(UK_STAGE_BUS, virtio_probe); */
#define UK_INIT(stage, function) UK_INIT_(stage, function)

/* Entered by the platform once memory, console and clock work: runs all stages, then
 * uk_application(), then uk_plat_exit() with what that returns. */
_Noreturn void uk_start(void);

/* The application: musl's start code, or a test's own function. Returns the exit status. */
int uk_application(void);

#endif
