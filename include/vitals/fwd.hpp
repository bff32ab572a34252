#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#elif defined(Status)
#error "vitals: Status is a macro here, as X11 defines it: write #undef Status between its headers and those of vitals"
#else

/// Names the public types without defining them, for headers that only mention them.
namespace vitals::inline v1 {

enum class Callers;
enum class ClientCertificate;
enum class Condition;
enum class Errc;
enum class FailsWhen;
enum class LifecycleState;
enum class Probe;
enum class Status;

class CheckCompletion;
class CheckContext;
class CheckHandle;
class CheckResult;
class Clock;
class Endpoint;
class GrpcHealthService;
class HealthRegistry;
class HealthServer;
class Heartbeat;
class HeartbeatGroup;
class Lifecycle;
class PendingResponse;
class PushedCheck;
class Report;
class Runner;
class Schedule;
class ScopedCheck;
class Subscription;
class SystemdNotifier;
class SystemdReload;
class Text;
class TextList;
class Value;
class WorkToken;

struct CheckOptions;
struct CheckReport;
struct ContainerProbes;
struct Datum;
struct EndpointOptions;
struct EveryOptions;
struct GrpcHealthName;
struct GrpcHealthOptions;
struct HealthEvent;
struct HealthServerOptions;
struct HeartbeatGroupOptions;
struct HttpGetProbe;
struct HttpHeader;
struct HttpRequest;
struct HttpResponse;
struct LifecycleEvent;
struct LifecycleOptions;
struct PushedCheckOptions;
struct RegistryOptions;
struct RunOptions;
struct ServiceInfo;
struct RunnerOptions;
struct SystemdOptions;
struct TlsOptions;

}  // namespace vitals::inline v1

#endif
