// SPDX-License-Identifier: GPL-2.0
/*
 * What a port may send, beyond VLAN and source address. Called only for ports
 * whose policy has to look (VSW_SNAP_INGRESS_POLICY).
 */
#include "deliver.h"

/**
 * vsw_ingress_policy() - may a port send a frame?
 * @frame: the frame, admitted to its VLAN
 *
 * Context: softirq, or bottom halves off; RCU read lock.
 * Return: VSW_PASS, or why not.
 */
enum vsw_drop_reason vsw_ingress_policy(struct vsw_frame *frame)
{
	return VSW_PASS;
}
