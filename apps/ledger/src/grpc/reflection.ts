import { BinaryReader } from '@bufbuild/protobuf/wire';
import { DESCRIPTORS } from '@daybook/contracts';
import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

/**
 * Tells anybody which services there are and what their messages look like, so that tools such as
 * grpcurl need no files. The descriptors are handed over as the compiler wrote them: proto-loader would
 * put files of one package together and lose what they import, which strict readers do not accept.
 */
export function serveReflection(server: Server): void {
  // Of a definition, reflection reads nothing but this.
  const all = { fileDescriptorProtos: [...filesOf(DESCRIPTORS)] };
  new ReflectionService({ all } as unknown as PackageDefinition).addToServer(server);
}

/** The files of a `FileDescriptorSet`, which has nothing but a list of them. */
function* filesOf(set: Buffer): Generator<Buffer> {
  const reader = new BinaryReader(set);
  while (reader.pos < reader.len) {
    reader.tag();
    yield Buffer.from(reader.bytes());
  }
}
