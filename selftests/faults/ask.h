/* SPDX-License-Identifier: GPL-2.0 */
/* Requests that change links and ports, ready for msg_talk(). */
#ifndef _FAULTS_ASK_H
#define _FAULTS_ASK_H

#include "msg.h"

void ask_address(struct msg *m, const char *name);
void ask_link(struct msg *m, const char *name, int flags);
void ask_up(struct msg *m, const char *name, bool up);
void ask_mtu(struct msg *m, const char *name, uint32_t mtu);
void ask_master(struct msg *m, const char *name, const char *master);
void ask_new_switch(struct msg *m, const char *name, uint32_t type,
		    const char *uplink);
void ask_type(struct msg *m, const char *name, uint32_t type,
	      const char *uplink);
void ask_new_vnic(struct msg *m, const char *name, const char *sw);
void ask_vlan(struct msg *m, const char *port, uint16_t pvid,
	      bool untagged_only, uint16_t from, uint16_t to);

#endif
