/** An event as the stand-in stores it. */
export interface StoredEvent {
  /** Where its record starts: positions count bytes, as on the server. */
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  /** 100 ns since 1970, as the server tells it. */
  readonly created: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}
