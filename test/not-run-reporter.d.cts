interface Suite {
  readonly testResults: readonly { readonly ancestorTitles: readonly string[] }[];
}

declare class NotRunReporter {
  constructor(config: object, options?: { readonly write?: (text: string) => void });
  onRunComplete(contexts: object, results: { readonly testResults: readonly Suite[] }): void;
}

export = NotRunReporter;
