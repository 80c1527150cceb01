/* What JavaScript does beside handling requests: promises that go on, timers that are due, and
 * errors that nobody caught. */
#include "function.h"
#include <stdio.h>

void jobs_report_exception(void)
{
	JSContext *context = engine.context;
	JSValue error = JS_GetException(context);
	JSValue stack = JS_IsError(error) ? JS_GetPropertyStr(context, error, "stack")
					  : JS_UNDEFINED;
	const char *message = JS_ToCString(context, error);
	const char *place = JS_IsString(stack) ? JS_ToCString(context, stack) : NULL;

	fprintf(stderr, "Uncaught %s\n%s", message != NULL ? message : "exception",
		place != NULL ? place : "");
	JS_FreeCString(context, message);
	JS_FreeCString(context, place);
	JS_FreeValue(context, stack);
	JS_FreeValue(context, error);
}

void jobs_run(void)
{
	JSContext *context;
	int status;

	while ((status = JS_ExecutePendingJob(engine.runtime, &context)) != 0) {
		if (status < 0)
			jobs_report_exception();
	}
}

void jobs_call_hook(const char *name, int count, JSValueConst *arguments)
{
	JSContext *context = engine.context;
	JSValue hook = JS_GetPropertyStr(context, engine.hooks, name);
	JSValue result = JS_Call(context, hook, JS_UNDEFINED, count, arguments);

	if (JS_IsException(result))
		jobs_report_exception();
	JS_FreeValue(context, result);
	JS_FreeValue(context, hook);
}

void jobs_track_rejection(JSContext *context, JSValueConst promise, JSValueConst reason,
			  bool is_handled, void *argument)
{
	JSValueConst arguments[] = {promise, reason, JS_NewBool(context, is_handled)};

	(void)argument;
	jobs_call_hook("rejected", 3, arguments);
}

int jobs_turn(void *argument)
{
	uint64_t now_ms = monotonic_ms();

	(void)argument;
#ifdef CONFIG_FUNCTION_FETCH
	sockets_free_closed();
#endif
	if (engine.turn_at_ms <= now_ms) {
		engine.turn_at_ms = UINT64_MAX;
		jobs_call_hook("turn", 0, NULL);
		jobs_run();
		now_ms = monotonic_ms();
	}
	if (engine.turn_at_ms == UINT64_MAX)
		return -1;
	uint64_t left_ms = engine.turn_at_ms > now_ms ? engine.turn_at_ms - now_ms : 0;

	return left_ms < INT32_MAX ? (int)left_ms : INT32_MAX;
}
