/* The parts of the server: the engine, what JavaScript may call, and requests on their way. */
#ifndef FUNCTION_H
#define FUNCTION_H

#include <httpd.h>
#include <quickjs.h>
#include <stdint.h>

/* Bytecode that the build has made: what handlers find in place, and the application. */
extern const uint8_t function_web_start[], function_web_end[];
extern const uint8_t function_handler_start[], function_handler_end[];

struct engine {
	JSRuntime *runtime;
	JSContext *context;
	/* Functions of the script in web/: one is called often, the others are in `hooks`. */
	JSValue dispatch, hooks;
	/* When the hook `turn` is to be called, by the monotonic clock; never: UINT64_MAX. */
	uint64_t turn_at_ms;
	/* The request that is being handed over, and whether it was answered at once. */
	struct httpd_response *current;
};

extern struct engine engine;

/* native.c: the object whose functions the script in web/ calls. */
JSValue native_object(JSContext *context);
uint64_t monotonic_ms(void);

/* requests.c */
void requests_handle(const struct httpd_request *request, struct httpd_response *response,
		     void *argument);
/* respond(id, status, headers, body): the answer to a request, 0 being the one at hand. */
JSValue requests_respond(JSContext *context, JSValueConst self, int count, JSValueConst *arguments);

/* sockets.c: openSocket(host, port, bytes, event), which connects, sends and tells of what comes;
 * closeSocket(id). */
JSValue sockets_open(JSContext *context, JSValueConst self, int count, JSValueConst *arguments);
JSValue sockets_close(JSContext *context, JSValueConst self, int count, JSValueConst *arguments);
/* Between two batches of events: none names a closed one any more. */
void sockets_free_closed(void);

/* jobs.c */
/* Does what promises wait for until nothing is left. */
void jobs_run(void);
/* Calls a function of the script in web/; what it throws goes to the console. */
void jobs_call_hook(const char *name, int count, JSValueConst *arguments);
/* Tells the console of the exception that is pending. */
void jobs_report_exception(void);
void jobs_track_rejection(JSContext *context, JSValueConst promise, JSValueConst reason,
			  bool is_handled, void *argument);
/* For httpd_options.turn. */
int jobs_turn(void *argument);

#endif
