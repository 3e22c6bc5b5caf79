// SPDX-License-Identifier: GPL-2.0
/*
 * The Open vSwitch kernel datapath without its daemon: two ports, and one flow
 * in each direction that matches on the ingress port, the EtherType and the
 * destination address.
 *
 *	ovs-datapath add DATAPATH DEV MAC DEV MAC	who is behind which port
 *	ovs-datapath del DATAPATH
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/openvswitch.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

static struct nl_sock *sock;

static struct nl_msg *request(const char *family, int cmd, int ifindex)
{
	int id = genl_ctrl_resolve(sock, family);
	struct nl_msg *msg = nlmsg_alloc();
	struct ovs_header *header;

	if (id < 0 || !msg) {
		fprintf(stderr, "ovs-datapath: no family %s\n", family);
		exit(1);
	}
	header = genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, id,
			     sizeof(*header), NLM_F_REQUEST | NLM_F_ACK, cmd,
			     OVS_DATAPATH_VERSION);
	header->dp_ifindex = ifindex;
	return msg;
}

static void call(struct nl_msg *msg, const char *what)
{
	int err = nl_send_sync(sock, msg);

	if (err) {
		fprintf(stderr, "ovs-datapath: %s: %s\n", what, nl_geterror(err));
		exit(1);
	}
}

static void add_datapath(const char *name)
{
	struct nl_msg *msg = request(OVS_DATAPATH_FAMILY, OVS_DP_CMD_NEW, 0);

	nla_put_string(msg, OVS_DP_ATTR_NAME, name);
	nla_put_u32(msg, OVS_DP_ATTR_UPCALL_PID, 0);
	call(msg, "add datapath");
}

static void add_port(int datapath, const char *name, uint32_t port)
{
	struct nl_msg *msg = request(OVS_VPORT_FAMILY, OVS_VPORT_CMD_NEW,
				     datapath);

	nla_put_u32(msg, OVS_VPORT_ATTR_PORT_NO, port);
	nla_put_u32(msg, OVS_VPORT_ATTR_TYPE, OVS_VPORT_TYPE_NETDEV);
	nla_put_string(msg, OVS_VPORT_ATTR_NAME, name);
	nla_put_u32(msg, OVS_VPORT_ATTR_UPCALL_PID, 0);
	call(msg, "add port");
}

static void add_flow(int datapath, uint32_t in, uint32_t out, const char *mac)
{
	struct nl_msg *msg = request(OVS_FLOW_FAMILY, OVS_FLOW_CMD_NEW,
				     datapath);
	struct ovs_key_ethernet ethernet = {};
	struct ovs_key_ipv4 ipv4 = {};
	struct nlattr *nest;

	memcpy(ethernet.eth_dst, ether_aton(mac), ETH_ALEN);
	nest = nla_nest_start(msg, OVS_FLOW_ATTR_KEY);
	nla_put_u32(msg, OVS_KEY_ATTR_IN_PORT, in);
	nla_put(msg, OVS_KEY_ATTR_ETHERNET, sizeof(ethernet), &ethernet);
	nla_put_u16(msg, OVS_KEY_ATTR_ETHERTYPE, htons(ETH_P_IP));
	nla_put(msg, OVS_KEY_ATTR_IPV4, sizeof(ipv4), &ipv4);
	nla_nest_end(msg, nest);

	memset(ethernet.eth_dst, 0xff, ETH_ALEN);
	nest = nla_nest_start(msg, OVS_FLOW_ATTR_MASK);
	nla_put_u32(msg, OVS_KEY_ATTR_IN_PORT, ~0U);
	nla_put(msg, OVS_KEY_ATTR_ETHERNET, sizeof(ethernet), &ethernet);
	nla_put_u16(msg, OVS_KEY_ATTR_ETHERTYPE, 0xffff);
	nla_nest_end(msg, nest);

	nest = nla_nest_start(msg, OVS_FLOW_ATTR_ACTIONS);
	nla_put_u32(msg, OVS_ACTION_ATTR_OUTPUT, out);
	nla_nest_end(msg, nest);
	call(msg, "add flow");
}

int main(int argc, char **argv)
{
	struct nl_msg *msg;
	int datapath;

	sock = nl_socket_alloc();
	if (!sock || genl_connect(sock))
		return 1;

	if (argc == 7 && !strcmp(argv[1], "add")) {
		add_datapath(argv[2]);
		datapath = if_nametoindex(argv[2]);
		add_port(datapath, argv[3], 1);
		add_port(datapath, argv[5], 2);
		add_flow(datapath, 1, 2, argv[6]);
		add_flow(datapath, 2, 1, argv[4]);
	} else if (argc == 3 && !strcmp(argv[1], "del")) {
		msg = request(OVS_DATAPATH_FAMILY, OVS_DP_CMD_DEL,
			      if_nametoindex(argv[2]));
		call(msg, "delete datapath");
	} else {
		return 2;
	}
	return 0;
}
