import { BinaryReader } from '@bufbuild/protobuf/wire';
import { DESCRIPTORS } from '@daybook/contracts';
import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

/**
 * Serves reflection without a key, so that tools such as grpcurl need no proto files. The descriptors are
 * passed on as the compiler wrote them: proto-loader would merge the files of one package and lose their
 * imports, which strict readers reject.
 */
export function serveReflection(server: Server): void {
  // Reflection reads only this field of a definition.
  const all = { fileDescriptorProtos: [...filesOf(DESCRIPTORS)] };
  new ReflectionService({ all } as unknown as PackageDefinition).addToServer(server);
}

/** The files of a `FileDescriptorSet`, which is a list of files and nothing else. */
function* filesOf(set: Buffer): Generator<Buffer> {
  const reader = new BinaryReader(set);
  while (reader.pos < reader.len) {
    reader.tag();
    yield Buffer.from(reader.bytes());
  }
}
