/*
 * Feeds damaged frames and damaged files of members to the switch's own code, without any system
 * call. What is read lies right before a page that does not exist, and so does the room for what is
 * written; undefined behaviour traps: any mistake ends the process with a signal.
 *
 * fuzzer SEED RUNS FRAMES MEMBERS: FRAMES holds frames, each after its length in four bytes. Says how
 * many of each kind there were.
 */
#include "bytes.h"
#include "dhcp.h"
#include "dns.h"
#include "kernel.h"
#include "reply.h"
#include "text.h"

#define PAGE 4096UL
#define ROOM (4 * PAGE)
#define FILE_BYTES_MAX 65536

#define expect(condition) ((condition) ? (void)0 : __builtin_trap())

_Noreturn void program_main(const long *start);

static const struct network network = {.address = 0x0a070000, .mask = 0xffffff00};
static const struct identity guest = {.mac = {2, 0x67, 10, 7, 0, 2}, .address = 0x0a070002};
static uint64_t state;
static uint64_t allowed, refused, answered_dhcp, answered_dns, files_read, files_refused;

static uint64_t random_below(uint64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % limit;
}

/* Memory whose end is followed by nothing. */
static uint8_t *end_of_room(void)
{
	long memory = call(CALL_MMAP, 0, ROOM + PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect(memory > 0);
	expect(!call(CALL_MPROTECT, memory + ROOM, PAGE, PROT_NONE));
	return (uint8_t *)memory + ROOM;
}

static size_t read_file(const char *path, uint8_t *bytes)
{
	long fd = call(CALL_OPEN, path, O_RDONLY, 0), got = call(CALL_READ, fd, bytes, FILE_BYTES_MAX);

	expect(got > 0 && got < FILE_BYTES_MAX);
	call(CALL_CLOSE, fd);
	return (size_t)got;
}

static void damage(uint8_t *bytes, size_t length)
{
	static const uint8_t telling[] = {0, 1, 2, 3, 63, 64, 127, 128, 192, 254, 255, '\n', ' ', '.'};

	for (uint64_t count = random_below(6); count; count--)
		bytes[random_below(length)] =
			random_below(2) ? telling[random_below(sizeof(telling))]
					: (uint8_t)random_below(256);
}

/* Copies to the end of the room, perhaps cut off, and damaged. */
static uint8_t *place(const uint8_t *bytes, size_t *length, uint8_t *end, bool is_frame)
{
	uint8_t *to;

	if (!random_below(4))
		*length = random_below(*length) + 1;
	to = end - *length;
	__builtin_memcpy(to, bytes, *length);
	/* What is cut off in a packet whose lengths agree reaches the services. */
	if (is_frame && *length >= REPLY_PAYLOAD && random_below(4)) {
		write16(to + ETHERNET_BYTES + IPV4_LENGTH, (uint16_t)(*length - ETHERNET_BYTES));
		write16(to + REPLY_PAYLOAD - 4, (uint16_t)(*length - REPLY_PAYLOAD + UDP_BYTES));
	}
	damage(to, *length);
	return to;
}

static void serve(const struct datagram *datagram, uint8_t *end)
{
	struct dns_question question;
	enum dns_status status;
	const uint32_t address = 0x0a070003;
	uint8_t *answer = end - REPLY_PAYLOAD_MAX;
	struct dhcp_answer offer = dhcp_answer(&network, &guest, datagram->bytes, datagram->length,
					       answer, REPLY_PAYLOAD_MAX);

	expect(offer.length <= REPLY_PAYLOAD_MAX);
	answered_dhcp += offer.length > 0;
	if (!dns_read(datagram->bytes, datagram->length, &question, &status))
		return;
	expect(question.end <= datagram->length);
	/* As much room as an answer may need, and no more. */
	answer = end - question.end - DNS_ANSWER_BYTES;
	expect(dns_write(datagram->bytes, &question, status, &address, answer) <=
	       question.end + DNS_ANSWER_BYTES);
	answered_dns++;
}

static void try_frame(const uint8_t *frame, size_t length, uint8_t *in_end, uint8_t *out_end)
{
	const uint8_t *placed = place(frame, &length, in_end, true);
	struct datagram datagram;

	if (!filter_allows(&network, &guest, placed, length)) {
		refused++;
		return;
	}
	allowed++;
	expect(reply_to_arp(&network, placed, out_end - FRAME_BYTES_MAX) <= FRAME_BYTES_MAX);
	if (filter_datagram(placed, &datagram))
		serve(&datagram, out_end);
}

static void try_members(const uint8_t *text, size_t length, uint8_t *in_end)
{
	static struct members members;
	uint8_t *placed = place(text, &length, in_end, false);

	placed[length - 1] = '\0';
	if (members_parse((char *)placed, &members)) {
		files_refused++;
		return;
	}
	files_read++;
	expect(members.guest_count <= GUESTS_MAX && members.name_count <= NAMES_MAX);
}

static void tell(struct text *text, const char *what, uint64_t count)
{
	text_add(text, what);
	text_add_number(text, count);
	text_add(text, "\n");
}

_Noreturn void program_main(const long *start)
{
	static uint8_t frames[FILE_BYTES_MAX], file[FILE_BYTES_MAX];
	static char bytes[512];
	char *const *arguments = (char *const *)(start + 1);
	const char *seed = arguments[1], *runs = arguments[2];
	struct text text = {bytes, sizeof(bytes), 0};
	uint8_t *in_end = end_of_room(), *out_end = end_of_room();
	size_t frame_bytes, file_bytes;
	uint64_t left;

	expect(start[0] == 5 && text_number(&seed, '\0', UINT32_MAX, &state) &&
	       text_number(&runs, '\0', UINT32_MAX, &left));
	state = state * 2 + 1;
	frame_bytes = read_file(arguments[3], frames);
	file_bytes = read_file(arguments[4], file);
	while (left) {
		for (size_t at = 0; at < frame_bytes && left; left--) {
			size_t length = read32(frames + at);

			try_frame(frames + at + 4, length, in_end, out_end);
			at += 4 + length;
		}
		try_members(file, file_bytes, in_end);
	}
	tell(&text, "frames allowed ", allowed);
	tell(&text, "frames refused ", refused);
	tell(&text, "DHCP answers ", answered_dhcp);
	tell(&text, "DNS answers ", answered_dns);
	tell(&text, "files read ", files_read);
	tell(&text, "files refused ", files_refused);
	call(CALL_WRITE, 1, bytes, text.length);
	call(CALL_EXIT_GROUP, 0);
	__builtin_unreachable();
}
