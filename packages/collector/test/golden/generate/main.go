// Prints requests and the rows that clickhouseexporter v0.161.0 makes of them, as JSON: the oracle of
// ../../rows/exporter-rows.test.ts; run: go run . > ../generated/exporter-rows.json. The loop is exporter_traces.go's; values, kinds, codes and ids are pdata's own.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"os"
	"strconv"

	"github.com/ClickHouse/clickhouse-go/v2/lib/column/orderedmap"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

type pairs [][2]string

type event struct {
	Timestamp  string `json:"timestamp"`
	Name       string `json:"name"`
	Attributes pairs  `json:"attributes"`
}

type link struct {
	TraceID    string `json:"traceId"`
	SpanID     string `json:"spanId"`
	TraceState string `json:"traceState"`
	Attributes pairs  `json:"attributes"`
}

type row struct {
	Timestamp          string  `json:"timestamp"`
	TraceID            string  `json:"traceId"`
	SpanID             string  `json:"spanId"`
	ParentSpanID       string  `json:"parentSpanId"`
	TraceState         string  `json:"traceState"`
	SpanName           string  `json:"spanName"`
	SpanKind           string  `json:"spanKind"`
	ServiceName        string  `json:"serviceName"`
	ResourceAttributes pairs   `json:"resourceAttributes"`
	ScopeName          string  `json:"scopeName"`
	ScopeVersion       string  `json:"scopeVersion"`
	SpanAttributes     pairs   `json:"spanAttributes"`
	Duration           string  `json:"duration"`
	StatusCode         string  `json:"statusCode"`
	StatusMessage      string  `json:"statusMessage"`
	Events             []event `json:"events"`
	Links              []link  `json:"links"`
}

type golden struct {
	Protobuf []byte `json:"protobuf"`
	JSON     string `json:"json"`
	Rows     []row  `json:"rows"`
}

func attributes(m pcommon.Map) pairs {
	om := orderedmap.CollectN(func(yield func(string, string) bool) {
		m.Range(func(k string, v pcommon.Value) bool { return yield(k, v.AsString()) })
	}, m.Len())
	out := pairs{}
	om.All(func(k, v string) bool { out = append(out, [2]string{k, v}); return true })
	return out
}

func traceID(id pcommon.TraceID) string {
	if id.IsEmpty() {
		return ""
	}
	return hex.EncodeToString(id[:])
}

func spanID(id pcommon.SpanID) string {
	if id.IsEmpty() {
		return ""
	}
	return hex.EncodeToString(id[:])
}

func ticks(t pcommon.Timestamp) string { return strconv.FormatInt(t.AsTime().UnixNano(), 10) }

func rows(td ptrace.Traces) (out []row) {
	for _, rs := range td.ResourceSpans().All() {
		service := ""
		if v, ok := rs.Resource().Attributes().Get("service.name"); ok {
			service = v.AsString()
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				r := row{
					ticks(s.StartTimestamp()), traceID(s.TraceID()), spanID(s.SpanID()), spanID(s.ParentSpanID()),
					s.TraceState().AsRaw(), s.Name(), s.Kind().String(), service, attributes(rs.Resource().Attributes()),
					ss.Scope().Name(), ss.Scope().Version(), attributes(s.Attributes()),
					strconv.FormatUint(uint64(s.EndTimestamp()-s.StartTimestamp()), 10), s.Status().Code().String(),
					s.Status().Message(), []event{}, []link{},
				}
				for _, e := range s.Events().All() {
					r.Events = append(r.Events, event{ticks(e.Timestamp()), e.Name(), attributes(e.Attributes())})
				}
				for _, l := range s.Links().All() {
					r.Links = append(r.Links, link{traceID(l.TraceID()), spanID(l.SpanID()), l.TraceState().AsRaw(), attributes(l.Attributes())})
				}
				out = append(out, r)
			}
		}
	}
	return out
}

var texts = []string{"", "a", "Z", "<b>&amp;\"\\/", "tab\tnew\nline\rfeed\f\bbell\a\x00", "\u2028\u2029\u007f\u0080", "ünï", "日本", "😀", "\uffee", "10", "9", "__proto__", "it's {json: true}"}

var doubles = []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e-6, 1e-7, 9.999999e-7, 1e20, 1e21, 1.5e300, 5e-324, math.MaxFloat64, 123456789012345680000, 1.0000000000000002, 1110.0, 1e-10, 1 << 53, -2.5e-9}

var ints = []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1 << 53, 1<<53 + 1, 1000000}

func fill(v pcommon.Value, r *rand.Rand, depth int, special bool) {
	n := 8
	if depth > 3 {
		n = 6
	}
	switch r.Intn(n) {
	case 0:
	case 1:
		v.SetStr(texts[r.Intn(len(texts))])
	case 2:
		v.SetBool(r.Intn(2) == 0)
	case 3:
		v.SetInt(ints[r.Intn(len(ints))])
	case 4:
		v.SetDouble(doubles[r.Intn(len(doubles))])
		if special && r.Intn(4) == 0 {
			v.SetDouble([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[r.Intn(3)])
		}
	case 5:
		b := make([]byte, r.Intn(5))
		r.Read(b)
		v.SetEmptyBytes().FromRaw(b)
	case 6:
		s := v.SetEmptySlice()
		for range r.Intn(4) {
			fill(s.AppendEmpty(), r, depth+1, special)
		}
	case 7:
		m := v.SetEmptyMap()
		for range r.Intn(4) {
			fill(m.PutEmpty(texts[r.Intn(len(texts))]), r, depth+1, special)
		}
	}
}

func fillMap(m pcommon.Map, r *rand.Rand, n int, special bool) {
	for range r.Intn(n) {
		fill(m.PutEmpty(texts[r.Intn(len(texts))]+strconv.Itoa(r.Intn(12))), r, 0, special)
	}
}

var times = []uint64{0, 1, 1_700_000_000_123_456_789, math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64, 4_102_444_800_000_000_000}

func span(s ptrace.Span, r *rand.Rand, special bool) {
	var t pcommon.TraceID
	var id pcommon.SpanID
	if r.Intn(5) > 0 {
		r.Read(t[:])
		r.Read(id[:])
	}
	s.SetTraceID(t)
	s.SetSpanID(id)
	if r.Intn(2) == 0 {
		s.SetParentSpanID(id)
	}
	s.TraceState().FromRaw(texts[r.Intn(len(texts))])
	s.SetName(texts[r.Intn(len(texts))])
	s.SetKind(ptrace.SpanKind(r.Intn(8)))
	s.SetStartTimestamp(pcommon.Timestamp(times[r.Intn(len(times))]))
	s.SetEndTimestamp(pcommon.Timestamp(times[r.Intn(len(times))]))
	s.Status().SetCode(ptrace.StatusCode(r.Intn(5)))
	s.Status().SetMessage(texts[r.Intn(len(texts))])
	fillMap(s.Attributes(), r, 12, special)
	for range r.Intn(3) {
		e := s.Events().AppendEmpty()
		e.SetTimestamp(pcommon.Timestamp(times[r.Intn(len(times))]))
		e.SetName(texts[r.Intn(len(texts))])
		fillMap(e.Attributes(), r, 4, special)
	}
	for range r.Intn(3) {
		l := s.Links().AppendEmpty()
		l.SetTraceID(t)
		l.SetSpanID(id)
		l.TraceState().FromRaw(texts[r.Intn(len(texts))])
		fillMap(l.Attributes(), r, 4, special)
	}
}

func main() {
	r := rand.New(rand.NewSource(1))
	fmt.Println("[")
	for i := range 24 {
		// pdata cannot write NaN as JSON, so such requests are protobuf only.
		special := i%4 == 3
		td := ptrace.NewTraces()
		for range 1 + r.Intn(2) {
			rs := td.ResourceSpans().AppendEmpty()
			fillMap(rs.Resource().Attributes(), r, 5, special)
			if r.Intn(2) == 0 {
				fill(rs.Resource().Attributes().PutEmpty("service.name"), r, 0, special)
			}
			ss := rs.ScopeSpans().AppendEmpty()
			ss.Scope().SetName(texts[r.Intn(len(texts))])
			ss.Scope().SetVersion(texts[r.Intn(len(texts))])
			for range 1 + r.Intn(3) {
				span(ss.Spans().AppendEmpty(), r, special)
			}
		}
		request := ptraceotlp.NewExportRequestFromTraces(td)
		g := golden{Rows: rows(td)}
		var err error
		if g.Protobuf, err = request.MarshalProto(); err != nil {
			panic(err)
		}
		if !special {
			text, err := request.MarshalJSON()
			if err != nil {
				panic(err)
			}
			g.JSON = string(text)
		}
		if i > 0 {
			fmt.Println(",")
		}
		enc := json.NewEncoder(os.Stdout)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(g); err != nil {
			panic(err)
		}
	}
	fmt.Println("]")
}
