/* The kernel's interface as far as the tender uses it: x86_64's system calls and what they take.
 * There is no libc here: the compiler alone is enough to build a tender. */
#ifndef TENDER_KERNEL_H
#define TENDER_KERNEL_H

#include <stddef.h>
#include <stdint.h>

enum {
	CALL_READ = 0, CALL_WRITE = 1, CALL_OPEN = 2, CALL_CLOSE = 3, CALL_FSTAT = 5,
	CALL_MMAP = 9, CALL_MPROTECT = 10, CALL_MUNMAP = 11, CALL_SIGACTION = 13,
	CALL_SIGPROCMASK = 14, CALL_IOCTL = 16, CALL_PREAD = 17, CALL_PWRITE = 18,
	CALL_MADVISE = 28, CALL_GETPID = 39, CALL_SOCKET = 41, CALL_CONNECT = 42,
	CALL_SENDTO = 44, CALL_RECVFROM = 45, CALL_SENDMSG = 46, CALL_RECVMSG = 47, CALL_SHUTDOWN = 48, CALL_BIND = 49,
	CALL_LISTEN = 50, CALL_GETSOCKNAME = 51, CALL_SOCKETPAIR = 53, CALL_SETSOCKOPT = 54,
	CALL_GETSOCKOPT = 55, CALL_CLONE = 56, CALL_EXECVE = 59, CALL_EXIT = 60,
	CALL_WAIT4 = 61, CALL_KILL = 62, CALL_FCNTL = 72, CALL_FLOCK = 73, CALL_CHDIR = 80, CALL_RENAME = 82,
	CALL_UNLINK = 87,
	CALL_GETUID = 102, CALL_GETEUID = 107, CALL_SETGROUPS = 116, CALL_SETRESUID = 117,
	CALL_SETRESGID = 119, CALL_CAPSET = 126, CALL_SIGALTSTACK = 131, CALL_PRCTL = 157,
	CALL_CLOCK_GETTIME = 228, CALL_EXIT_GROUP = 231, CALL_EPOLL_WAIT = 232,
	CALL_EPOLL_CTL = 233, CALL_PPOLL = 271, CALL_UNSHARE = 272, CALL_ACCEPT4 = 288,
	CALL_SIGNALFD4 = 289, CALL_EPOLL_CREATE1 = 291, CALL_DUP3 = 292, CALL_PIPE2 = 293,
	CALL_PRLIMIT = 302, CALL_SECCOMP = 317, CALL_GETRANDOM = 318, CALL_EXECVEAT = 322,
	CALL_CLOSE_RANGE = 436,
};

static inline long call6(long number, long a, long b, long c, long d, long e, long f)
{
	register long fourth __asm__("r10") = d;
	register long fifth __asm__("r8") = e;
	register long sixth __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
			 : "rcx", "r11", "memory");
	return result;
}

#define CALL_6(number, a, b, c, d, e, f, ...)                                                      \
	call6((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* call(CALL_X, argument...): what the kernel returns, errors as negated numbers. */
#define call(...) CALL_6(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

enum {
	ENOENT = 2, EINTR = 4, EAGAIN = 11, EACCES = 13, EEXIST = 17, EPIPE = 32, EINPROGRESS = 115,
};

/* Files */
enum {
	O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_EXCL = 0200, O_TRUNC = 01000,
	O_APPEND = 02000,
	O_NONBLOCK = 04000, O_DSYNC = 010000, O_CLOEXEC = 02000000, O_PATH = 010000000,
	AT_EMPTY_PATH = 0x1000,
	F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_OFD_SETLK = 37, F_RDLCK = 0, F_WRLCK = 1,
	LOCK_EX = 2, LOCK_NB = 4,
	S_IFMT = 0170000, S_IFREG = 0100000,
};

struct file_status {
	uint64_t device, inode, links;
	uint32_t mode, uid, gid, padding;
	uint64_t special;
	int64_t size_bytes;
	int64_t rest[11];
};

/* From start on; a length of 0 reaches to the end, however far that is. */
struct file_lock {
	int16_t type, whence;
	int64_t start, length;
	int32_t process;
};

/* Memory */
enum {
	PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4,
	MAP_PRIVATE = 2, MAP_ANONYMOUS = 32, MAP_NORESERVE = 0x4000, MAP_FIXED_NOREPLACE = 0x100000,
	MADV_NOHUGEPAGE = 15,
};

/* Processes */
enum {
	CLONE_NEWNS = 0x20000, CLONE_NEWCGROUP = 0x2000000, CLONE_NEWUTS = 0x4000000,
	CLONE_NEWIPC = 0x8000000, CLONE_NEWUSER = 0x10000000, CLONE_NEWPID = 0x20000000,
	CLONE_NEWNET = 0x40000000,
	PR_SET_PDEATHSIG = 1, PR_SET_DUMPABLE = 4, PR_SET_NAME = 15, PR_CAPBSET_DROP = 24, PR_SET_NO_NEW_PRIVS = 38,
	PR_CAP_AMBIENT = 47, PR_CAP_AMBIENT_CLEAR_ALL = 4,
	RLIMIT_FSIZE = 1, RLIMIT_STACK = 3, RLIMIT_CORE = 4, RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7,
	SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9, SIGSEGV = 11, SIGPIPE = 13,
	SIGTERM = 15, SIGCHLD = 17, SIGINT = 2, SIGHUP = 1, SIGXFSZ = 25, SIGSYS = 31,
	SIG_DFL = 0, SIG_IGN = 1,
	SIG_BLOCK = 0, SIG_SETMASK = 2,
	SA_SIGINFO = 4, SA_RESTORER = 0x4000000, SA_ONSTACK = 0x8000000, SA_NODEFER = 0x40000000,
	WNOHANG = 1,
	AT_SYSINFO_EHDR = 33, AT_HWCAP2 = 26, HWCAP2_FSGSBASE = 2,
};

struct signal_action {
	uint64_t handler, flags, restorer, mask;
};

struct signal_stack {
	uint64_t start;
	int32_t flags;
	uint64_t length;
};

struct limit {
	uint64_t soft, hard;
};

/* Filters of system calls */
enum {
	SECCOMP_SET_MODE_FILTER = 1,
	AUDIT_ARCH_X86_64 = (int)0xc000003e,
};
#define SECCOMP_ALLOW 0x7fff0000u
#define SECCOMP_KILL_PROCESS 0x80000000u

struct filter_instruction {
	uint16_t code;
	uint8_t if_true, if_false;
	uint32_t value;
};

struct filter_program {
	uint16_t length;
	const struct filter_instruction *instructions;
};

/* Sockets */
enum {
	AF_UNIX = 1, AF_INET = 2, SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5, SOCK_NONBLOCK = 04000,
	SOCK_CLOEXEC = 02000000, SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_ERROR = 4, SO_LINGER = 13,
	IPPROTO_TCP = 6, TCP_NODELAY = 1, SHUT_WR = 1, MSG_NOSIGNAL = 0x4000, MSG_DONTWAIT = 0x40,
	SCM_RIGHTS = 1, MSG_CMSG_CLOEXEC = 0x40000000,
};

struct internet_address {
	uint16_t family, port; /* the port's high byte first */
	uint8_t address[4];
	uint8_t zero[8];
};

struct unix_address {
	uint16_t family;
	char path[108];
};

struct vector {
	const void *bytes;
	uint64_t length;
};

/* What sendmsg() and recvmsg() take. */
struct message {
	void *name;
	uint32_t name_length;
	const struct vector *vectors;
	uint64_t vector_count;
	void *control;
	uint64_t control_length;
	int32_t flags;
};

/* The control data that hands one descriptor over. */
struct handed_descriptor {
	uint64_t length; /* 20: without the padding */
	int32_t level, type;
	int32_t fd, padding;
};
#define HANDED_DESCRIPTOR_LENGTH 20

/* Events */
enum {
	EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3, EPOLLIN = 1, EPOLLOUT = 4, EPOLLERR = 8, EPOLLHUP = 16,
	EPOLLRDHUP = 0x2000,
};
#define EPOLLET 0x80000000u

struct event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));

/* Taps */
enum { IFF_TAP = 2, IFF_NO_PI = 0x1000, IFF_VNET_HDR = 0x4000, TUN_F_CSUM = 1 };
#define TUNSETIFF 0x400454ca
#define TUNSETOFFLOAD 0x400454d0
#define TUNSETVNETHDRSZ 0x400454d8

struct interface_request {
	char name[16];
	uint16_t flags;
	char rest[22];
};

#endif
