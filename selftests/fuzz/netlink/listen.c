// SPDX-License-Identifier: GPL-2.0
/* Read events, and check each against the specification. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "fuzz.h"

static void hear_events(struct fuzz *f, struct sock *s)
{
	static char buf[1 << 18];
	struct nlmsghdr *nlh;
	const char *wrong;
	ssize_t n;

	n = recv(s->fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n < 0)
		return;
	for (nlh = (void *)buf; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
		struct genlmsghdr *genl = NLMSG_DATA(nlh);

		f->stream->step++;
		f->stream->messages++;
		if (nlh->nlmsg_type != f->family)
			continue;
		wrong = check_message(f, nlh);
		if (wrong)
			violation(f, "an event is not what the specification says: %s",
				  wrong);
		cover_event(f, genl->cmd);
	}
}

void listen_run(struct fuzz *f)
{
	struct sock *events = &f->genl[0], *links = &f->rtnl;
	int groups[] = { RTNLGRP_LINK, RTNLGRP_NEIGH };
	unsigned int i;

	if (f->events_group &&
	    setsockopt(events->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		       &f->events_group, sizeof(f->events_group)))
		violation(f, "root may not listen to events");
	for (i = 0; i < 2; i++)
		setsockopt(links->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			   &groups[i], sizeof(groups[i]));
	while (!fuzz_over(f)) {
		struct pollfd fds[] = {
			{ .fd = events->fd, .events = POLLIN },
			{ .fd = links->fd, .events = POLLIN },
		};

		poll(fds, 2, 200);
		if (fds[0].revents)
			hear_events(f, events);
		if (fds[1].revents)
			hear_events(f, links);
	}
}
