/* Options of TCP sockets. */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include "tcp.h"

#define MS_PER_SECOND 1000

static int set_ip_option(struct tcp_pcb *pcb, int option, int value)
{
	switch (option) {
	case IP_TOS:
		if (pcb != NULL)
			pcb->tos = (u8_t)value;
		return 0;
	case IP_TTL:
		if (value < 1 || value > 255)
			return -EINVAL;
		if (pcb != NULL)
			pcb->ttl = (u8_t)value;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int set_tcp_option(struct tcp_pcb *pcb, bool listening, int option, int value)
{
	switch (option) {
	case TCP_QUICKACK:
	case TCP_DEFER_ACCEPT:
	case TCP_USER_TIMEOUT:
		return 0; /* hints */
	case TCP_NODELAY:
		if (listening || pcb == NULL)
			return 0;
		if (value)
			tcp_nagle_disable(pcb);
		else
			tcp_nagle_enable(pcb);
		return 0;
	case TCP_KEEPIDLE:
	case TCP_KEEPINTVL:
	case TCP_KEEPCNT:
		if (value < 1 || value > SHRT_MAX)
			return -EINVAL;
		if (listening || pcb == NULL)
			return 0;
		if (option == TCP_KEEPIDLE)
			pcb->keep_idle = (u32_t)value * MS_PER_SECOND;
		else if (option == TCP_KEEPINTVL)
			pcb->keep_intvl = (u32_t)value * MS_PER_SECOND;
		else
			pcb->keep_cnt = (u32_t)value;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int tcp_socket_set_option(struct socket *base, int level, int option, int value)
{
	struct tcp_socket *socket = tcp_of(base);
	bool listening = socket->phase == PHASE_LISTENING;

	if (level == SOL_SOCKET) {
		if (option == SO_KEEPALIVE && !listening && socket->pcb != NULL) {
			if (value)
				ip_set_option(socket->pcb, SOF_KEEPALIVE);
			else
				ip_reset_option(socket->pcb, SOF_KEEPALIVE);
		}
		return 0;
	}
	if (level == IPPROTO_IP)
		return set_ip_option(socket->pcb, option, value);
	if (level == IPPROTO_TCP)
		return set_tcp_option(socket->pcb, listening, option, value);
	return -ENOPROTOOPT;
}

int tcp_socket_get_option(struct socket *base, int level, int option, int *value)
{
	struct tcp_socket *socket = tcp_of(base);
	bool listening = socket->phase == PHASE_LISTENING;
	struct tcp_pcb *pcb = listening ? NULL : socket->pcb;

	if (level == SOL_SOCKET && option == SO_ACCEPTCONN)
		*value = listening;
	else if (level == SOL_SOCKET && option == SO_RCVBUF)
		*value = TCP_WND;
	else if (level == SOL_SOCKET && option == SO_SNDBUF)
		*value = TCP_SND_BUF;
	else if (level == IPPROTO_IP && option == IP_TOS && socket->pcb != NULL)
		*value = socket->pcb->tos;
	else if (level == IPPROTO_IP && option == IP_TTL && socket->pcb != NULL)
		*value = socket->pcb->ttl;
	else if (level == IPPROTO_TCP && option == TCP_MAXSEG)
		*value = pcb != NULL ? tcp_mss(pcb) : TCP_MSS;
	else if (level == IPPROTO_TCP && option == TCP_NODELAY)
		*value = pcb != NULL && tcp_nagle_disabled(pcb);
	else if (level == IPPROTO_TCP && option == TCP_KEEPIDLE && pcb != NULL)
		*value = (int)(pcb->keep_idle / MS_PER_SECOND);
	else if (level == IPPROTO_TCP && option == TCP_KEEPINTVL && pcb != NULL)
		*value = (int)(pcb->keep_intvl / MS_PER_SECOND);
	else if (level == IPPROTO_TCP && option == TCP_KEEPCNT && pcb != NULL)
		*value = (int)pcb->keep_cnt;
	else
		return -ENOPROTOOPT;
	return 0;
}
