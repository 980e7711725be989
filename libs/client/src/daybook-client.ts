import { v1 } from '@daybook/contracts';
import { type CallSettings, Connection, type Given } from './calls';
import { type ResumeSettings, resumed } from './resumed';

/** The settings of a stream of events. */
export interface StreamSettings<Message extends { readonly position: string }>
  extends Pick<CallSettings, 'signal'>,
    Pick<ResumeSettings<Message>, 'onBreak'> {}

/**
 * Daybook over gRPC: a function for every method of `daybook.v1`, with the names and comments of the
 * .proto files. Positions and amounts are decimal strings. A call is retried where that is safe, until its
 * time is over. It rejects with a `DaybookError`.
 */
export class DaybookClient extends Connection {
  readonly customers = this.calls(v1.CustomerServiceDefinition);
  readonly purses = this.calls(v1.PurseServiceDefinition);
  readonly replenishments = this.calls(v1.ReplenishmentServiceDefinition);
  readonly figures = this.calls(v1.FiguresServiceDefinition);
  readonly registry = this.calls(v1.RegistryServiceDefinition);
  /** The plain calls. The client's own `tail` and `replay` also resume after a broken connection. */
  readonly events = this.calls(v1.EventServiceDefinition);

  /**
   * Events after a position, without end, across broken connections and restarts of the service. Store each
   * message's `position` together with the effect of its events, and pass it as `after` to continue.
   */
  tail(
    request: Given<v1.TailRequest>,
    settings: StreamSettings<v1.TailResponse> = {},
  ): AsyncGenerator<v1.TailResponse, void, void> {
    return resumed((after, signal) => this.events.tail({ ...request, after }, { signal }), {
      after: request.after,
      ...settings,
    });
  }

  /** Events between two positions, across broken connections; the last message is `complete`. */
  replay(
    request: Given<v1.ReplayRequest>,
    settings: StreamSettings<v1.ReplayResponse> = {},
  ): AsyncGenerator<v1.ReplayResponse, void, void> {
    return resumed((after, signal) => this.events.replay({ ...request, after }, { signal }), {
      after: request.after,
      isLast: ({ complete }) => complete,
      ...settings,
    });
  }
}
