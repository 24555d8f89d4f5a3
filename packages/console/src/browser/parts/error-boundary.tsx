import { Component, type ReactNode } from 'react';
import { Failure } from './states.tsx';

/** One broken page does not take the navigation with it. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: Error | null }
> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    return error === null ? (
      this.props.children
    ) : (
      <Failure error={error} again={() => this.setState({ error: null })} />
    );
  }
}
