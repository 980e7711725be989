import { within } from '@daybook/platform/plain';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { GossipClient } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { type ClusterInfo, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import { StoreUnavailable } from '../event-store';
import type { Inside } from './connection';
import { messageOf } from './errors';

/** A server answers from memory. */
const ANSWER_TIMEOUT_MS = 1_500;

const { VNodeState } = MemberInfo;
/** Nodes that only read: no write waits for them. */
const REPLICAS: ReadonlySet<number> = new Set([
  VNodeState.READONLYLEADERLESS,
  VNodeState.PREREADONLYREPLICA,
  VNodeState.READONLYREPLICA,
]);

/**
 * Asks a server whether its cluster could store an append: whether it has a leader, and most of its nodes live. A leader
 * without the others still answers reads, so reading tells nothing about that. Rejects with `StoreUnavailable`.
 */
export function quorumProbe(client: () => EventStoreDBClient): () => Promise<void> {
  /** Nodes that are gone for half an hour are no longer named, and yet are missing. */
  let nodes = 0;

  return async () => {
    const info = await within(
      readGossip(client()),
      ANSWER_TIMEOUT_MS,
      `no answer within ${ANSWER_TIMEOUT_MS} ms`,
    ).catch((cause) => {
      const sentence = `EventStoreDB does not say how its nodes are: ${messageOf(cause)}`;
      throw new StoreUnavailable(sentence, { cause });
    });
    const members = info.getMembersList().filter((member) => !REPLICAS.has(member.getState()));
    const alive = members.filter((member) => member.getIsAlive());
    nodes = Math.max(nodes, members.length);
    if (2 * alive.length <= nodes) {
      throw new StoreUnavailable(
        `${alive.length} of ${nodes} nodes of EventStoreDB are alive, and a write needs more than half of them.`,
      );
    }
    if (alive.some((member) => member.getState() === VNodeState.LEADER)) return;
    throw new StoreUnavailable('EventStoreDB has no leader.');
  };
}

function readGossip(client: EventStoreDBClient): Promise<ClusterInfo> {
  const { execute, callArguments } = client as unknown as Inside;
  return execute(
    GossipClient,
    'gossip',
    (grpc) =>
      new Promise<ClusterInfo>((resolve, reject) => {
        grpc.read(new Empty(), ...callArguments({}, {}), (error, info) =>
          error ? reject(error) : resolve(info),
        );
      }),
  );
}
