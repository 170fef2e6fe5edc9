// What a listening socket has to be told and asked before it is closed, which Swift's module of the C library does not declare.
#pragma once

#include <errno.h>
#include <sys/socket.h>

#if defined(__linux__)
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#endif

/// Lets no new connection begin on a listening socket of TCP, while those that have begun go on: their first packet (SYN) is dropped, as if
/// it had been lost on its way.
///
/// 0, or -1 with errno; ENOTSUP where the system cannot. Linux only.
static inline int ignore_new_connections(int descriptor) {
#if defined(__linux__)
    // The program sees a packet from its TCP header on; byte 13 has the flags, and 2 of them is SYN.
    struct sock_filter program[] = {
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, 13},
        {BPF_JMP | BPF_JSET | BPF_K, 0, 1, 2},
        {BPF_RET | BPF_K, 0, 0, 0},
        {BPF_RET | BPF_K, 0, 0, 0xFFFFFFFFu},
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
#else
    (void)descriptor;
    errno = ENOTSUP;
    return -1;
#endif
}

/// How many connections have been made to a listening socket of TCP and not been taken yet; -1 with errno where the system does not say.
static inline int connections_waiting(int descriptor) {
#if defined(__linux__)
    struct tcp_info about;
    socklen_t size = sizeof about;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &about, &size) != 0) return -1;
    // Of a socket that listens this field tells the length of the queue.
    return (int)about.tcpi_unacked;
#else
    (void)descriptor;
    errno = ENOTSUP;
    return -1;
#endif
}
