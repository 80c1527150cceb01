/* Starts the engine, runs what the build has compiled, and serves. */
#include "function.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the native stack, that of the main thread being larger. */
#define STACK_BYTES_MAX ((size_t)384 << 10)

struct engine engine = {
	.dispatch = JS_UNDEFINED,
	.hooks = JS_UNDEFINED,
	.turn_at_ms = UINT64_MAX,
};

static _Noreturn void fail(void)
{
	jobs_report_exception();
	exit(1);
}

/* What was compiled as an object that has not run. */
static JSValue read_bytecode(const uint8_t *start, const uint8_t *end)
{
	JSValue object = JS_ReadObject(engine.context, start, (size_t)(end - start),
				       JS_READ_OBJ_BYTECODE);

	if (JS_IsException(object))
		fail();
	return object;
}

/* The script in web/ finds the native functions under a name that it removes, and leaves its own
 * with them. */
static void run_web(void)
{
	JSContext *context = engine.context;
	JSValue global = JS_GetGlobalObject(context);

	engine.hooks = native_object(context);
	JS_SetPropertyStr(context, global, "unikernelNative", JS_DupValue(context, engine.hooks));
	JSValue result = JS_EvalFunction(
		context, read_bytecode(function_web_start, function_web_end));

	if (JS_IsException(result))
		fail();
	engine.dispatch = JS_GetPropertyStr(context, engine.hooks, "dispatch");
	JS_FreeValue(context, result);
	JS_FreeValue(context, global);
}

/* A module's top level may wait for something: requests wait for it, too. */
static void run_module(JSValue module)
{
	JSContext *context = engine.context;
	JSModuleDef *definition = JS_VALUE_GET_PTR(module);
	JSValue promise = JS_EvalFunction(context, module);

	if (JS_IsException(promise))
		fail();
	jobs_run();
	while (JS_PromiseState(context, promise) == JS_PROMISE_PENDING) {
		int wait_ms = jobs_turn(NULL);

		if (wait_ms < 0) {
			fprintf(stderr, "the module awaits what never comes\n");
			exit(1);
		}
		usleep((useconds_t)wait_ms * 1000);
	}
	if (JS_PromiseState(context, promise) == JS_PROMISE_REJECTED) {
		JS_Throw(context, JS_PromiseResult(context, promise));
		fail();
	}
	JSValue exports = JS_GetModuleNamespace(context, definition);

	jobs_call_hook("start", 1, &exports);
	JS_FreeValue(context, exports);
	JS_FreeValue(context, promise);
}

static void run_handler(void)
{
	JSContext *context = engine.context;
	JSValue object = read_bytecode(function_handler_start, function_handler_end);

	if (JS_IsModule(object)) {
		run_module(object);
		return;
	}
	/* A script, of a function that was written in the Pulumi program: it leaves its exports. */
	JSValue result = JS_EvalFunction(context, object), global = JS_GetGlobalObject(context);

	if (JS_IsException(result))
		fail();
	JSValue exports = JS_GetPropertyStr(context, global, "unikernelExports");

	jobs_call_hook("start", 1, &exports);
	JS_FreeValue(context, exports);
	JS_FreeValue(context, result);
	JS_FreeValue(context, global);
}

static void announce(uint16_t port, void *argument)
{
	(void)argument;
	printf("listening on port %u\n", port);
	fflush(stdout);
}

/* The host asks the guest to end: requests under way are answered first. */
static void terminate(int signal)
{
	(void)signal;
	httpd_stop();
}

int main(void)
{
	static const struct httpd_route routes[] = {{NULL, "*", requests_handle, NULL}};
	static const struct httpd_options options = {
		.port = CONFIG_FUNCTION_PORT,
		.routes = routes,
		.route_count = 1,
		.body_bytes_max = (size_t)CONFIG_FUNCTION_BODY_KIB << 10,
		.started = announce,
		.turn = jobs_turn,
	};

	engine.runtime = JS_NewRuntime();
	engine.context = engine.runtime != NULL ? JS_NewContext(engine.runtime) : NULL;
	if (engine.context == NULL) {
		fprintf(stderr, "there is not enough memory for JavaScript\n");
		return 1;
	}
	JS_SetMaxStackSize(engine.runtime, STACK_BYTES_MAX);
	if (CONFIG_FUNCTION_HEAP_KIB > 0)
		JS_SetMemoryLimit(engine.runtime, (size_t)CONFIG_FUNCTION_HEAP_KIB << 10);
	JS_SetHostPromiseRejectionTracker(engine.runtime, jobs_track_rejection, NULL);
	signal(SIGTERM, terminate);
	run_web();
	run_handler();
	int error = httpd_run(&options);

	if (error != 0) {
		fprintf(stderr, "cannot serve on port %d: %s\n", CONFIG_FUNCTION_PORT,
			strerror(-error));
		return 1;
	}
	return 0;
}
