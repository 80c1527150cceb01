/* What the script in web/ cannot do by itself. */
#include "digest.h"
#include "function.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

uint64_t monotonic_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* now(): milliseconds of the monotonic clock, with what is below them. */
static JSValue native_now(JSContext *context, JSValueConst self, int count, JSValueConst *arguments)
{
	struct timespec time;

	(void)self;
	(void)count;
	(void)arguments;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return JS_NewFloat64(context, (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6);
}

/* turnIn(milliseconds): when the script's turn is to be called; sooner wins. */
static JSValue native_turn_in(JSContext *context, JSValueConst self, int count,
			      JSValueConst *arguments)
{
	double wait_ms;

	(void)self;
	(void)count;
	if (JS_ToFloat64(context, &wait_ms, arguments[0]) != 0)
		return JS_EXCEPTION;
	uint64_t at_ms = monotonic_ms() + (wait_ms > 0 ? (uint64_t)wait_ms : 0);

	if (at_ms < engine.turn_at_ms)
		engine.turn_at_ms = at_ms;
	return JS_UNDEFINED;
}

/* write(text, isError): to the console. */
static JSValue native_write(JSContext *context, JSValueConst self, int count,
			    JSValueConst *arguments)
{
	size_t length;
	const char *text = JS_ToCStringLen(context, &length, arguments[0]);
	int descriptor = JS_ToBool(context, arguments[1]) ? STDERR_FILENO : STDOUT_FILENO;

	(void)self;
	(void)count;
	if (text == NULL)
		return JS_EXCEPTION;
	for (size_t written = 0; written < length;) {
		ssize_t result = write(descriptor, text + written, length - written);

		if (result <= 0)
			break;
		written += (size_t)result;
	}
	JS_FreeCString(context, text);
	return JS_UNDEFINED;
}

/* random(bytes): fills a Uint8Array. */
static JSValue native_random(JSContext *context, JSValueConst self, int count,
			     JSValueConst *arguments)
{
	size_t length;
	uint8_t *bytes = JS_GetUint8Array(context, &length, arguments[0]);

	(void)self;
	(void)count;
	if (bytes == NULL)
		return JS_EXCEPTION;
	for (size_t filled = 0; filled < length;) {
		ssize_t result = getrandom(bytes + filled, length - filled, 0);

		if (result < 0)
			return JS_ThrowInternalError(context, "there is no randomness");
		filled += (size_t)result;
	}
	return JS_UNDEFINED;
}

/* encode(text): its UTF-8 as an ArrayBuffer. */
static JSValue native_encode(JSContext *context, JSValueConst self, int count,
			     JSValueConst *arguments)
{
	size_t length;
	const char *text = JS_ToCStringLen(context, &length, arguments[0]);

	(void)self;
	(void)count;
	if (text == NULL)
		return JS_EXCEPTION;
	JSValue buffer = JS_NewArrayBufferCopy(context, (const uint8_t *)text, length);

	JS_FreeCString(context, text);
	return buffer;
}

/* decodeAscii(bytes): the string of a Uint8Array; undefined when it holds anything beyond ASCII. */
static JSValue native_decode_ascii(JSContext *context, JSValueConst self, int count,
				   JSValueConst *arguments)
{
	size_t length;
	const uint8_t *bytes = JS_GetUint8Array(context, &length, arguments[0]);

	(void)self;
	(void)count;
	if (bytes == NULL && length > 0)
		return JS_EXCEPTION;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] >= 0x80)
			return JS_UNDEFINED;
	}
	return JS_NewStringLen(context, (const char *)bytes, length);
}

/* digest(bits, bytes): SHA-1 or SHA-2 as an ArrayBuffer. */
static JSValue native_digest(JSContext *context, JSValueConst self, int count,
			     JSValueConst *arguments)
{
	uint8_t result[DIGEST_BYTES_MAX];
	uint32_t bits;
	size_t length;

	(void)self;
	(void)count;
	if (JS_ToUint32(context, &bits, arguments[0]) != 0)
		return JS_EXCEPTION;
	const uint8_t *bytes = JS_GetUint8Array(context, &length, arguments[1]);

	if (bytes == NULL && length > 0)
		return JS_EXCEPTION;
	size_t result_length = digest_compute(bits, bytes, length, result);

	return JS_NewArrayBufferCopy(context, result, result_length);
}

static JSValue environment(JSContext *context)
{
	JSValue object = JS_NewObject(context);

	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		const char *equals = strchr(*entry, '=');

		if (equals == NULL)
			continue;
		JSAtom name = JS_NewAtomLen(context, *entry, (size_t)(equals - *entry));

		JS_SetProperty(context, object, name, JS_NewString(context, equals + 1));
		JS_FreeAtom(context, name);
	}
	return object;
}

static const JSCFunctionListEntry functions[] = {
	JS_CFUNC_DEF("now", 0, native_now),
	JS_CFUNC_DEF("turnIn", 1, native_turn_in),
	JS_CFUNC_DEF("write", 2, native_write),
	JS_CFUNC_DEF("random", 1, native_random),
	JS_CFUNC_DEF("encode", 1, native_encode),
	JS_CFUNC_DEF("digest", 2, native_digest),
	JS_CFUNC_DEF("decodeAscii", 1, native_decode_ascii),
	JS_CFUNC_DEF("respond", 4, requests_respond),
#ifdef CONFIG_FUNCTION_FETCH
	JS_CFUNC_DEF("openSocket", 4, sockets_open),
	JS_CFUNC_DEF("closeSocket", 1, sockets_close),
#endif
};

JSValue native_object(JSContext *context)
{
	JSValue object = JS_NewObject(context);

	JS_SetPropertyFunctionList(context, object, functions,
				   sizeof(functions) / sizeof(functions[0]));
	JS_SetPropertyStr(context, object, "environment", environment(context));
	return object;
}
