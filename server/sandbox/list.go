package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
)

// list gives the ledger, or a part of it: from included and to excluded, in unix
// milliseconds, after a reference, at most limit.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	from, errFrom := number(query, "from", 0)
	to, errTo := number(query, "to", 1<<62)
	limit, errLimit := number(query, "limit", 1<<62)
	if errFrom != nil || errTo != nil || errLimit != nil {
		answer(w, http.StatusBadRequest, problem{"from, to, limit: must be whole numbers"})
		return
	}
	rows := s.Ledger.List()
	if after := query.Get("after"); after != "" {
		for len(rows) > 0 && rows[0].Reference != after {
			rows = rows[1:]
		}
		rows = rows[min(1, len(rows)):]
	}
	chosen := []Authorization{}
	for _, row := range rows {
		if at := row.At.UnixMilli(); at >= from && at < to && int64(len(chosen)) < limit {
			chosen = append(chosen, row)
		}
	}
	answer(w, http.StatusOK, chosen)
}

// number reads a query parameter that may be left out.
func number(query url.Values, name string, otherwise int64) (int64, error) {
	if text := query.Get(name); text != "" {
		return strconv.ParseInt(text, 10, 64)
	}
	return otherwise, nil
}
